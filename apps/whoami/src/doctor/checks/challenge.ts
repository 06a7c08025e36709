import { quote } from '@mcp-whoami/provider';
import { type Finding, ok } from '../finding.ts';
import { outcomeOf } from '../probe.ts';
import { type PublicAnswers, resourceMetadataUrl } from '../view/public-answers.ts';

const id = 'address.challenge';
const why =
  'A client’s first call is without a token, and the answer tells it where to sign in (RFC 9728 section 5.1).';

/** What a call without a token is answered: 401, with the URL of the metadata. */
export function challengeFinding(resource: string, { challenge }: PublicAnswers): Finding {
  const { answer, error } = challenge;
  const expected = resourceMetadataUrl(resource);
  const { host } = new URL(resource);
  const fault = (title: string, mend: readonly string[]): Finding => ({
    id,
    severity: 'error',
    title,
    why,
    mend,
  });
  if (answer === undefined) {
    const isRedirect = error?.message.includes(' redirects ') === true;
    return fault(`A call without a token: ${outcomeOf(challenge)}.`, [
      isRedirect
        ? 'PUBLIC_URL has to be the URL that answers, not one that leads there: a client’s POST does not survive a redirect.'
        : 'Look at what stands before the server.',
    ]);
  }
  if (answer.status === 401) {
    const [, named] = /resource_metadata="([^"]*)"/.exec(answer.headers.get('www-authenticate') ?? '') ?? [];
    if (named === expected) return ok(id, 'A call without a token is answered 401, with the way to sign in.');
    if (named === undefined) {
      return fault('The 401 has no `resource_metadata` in WWW-Authenticate.', [
        'Something else asks for a token there, or the proxy takes the header off: it has to hand it on.',
      ]);
    }
    return fault(`The 401 sends clients to ${quote(named)}, not to ${expected}.`, [
      'Start the server with the URL that clients use:',
      `PUBLIC_URL=${resource.replace(/\/mcp$/, '')}`,
    ]);
  }
  if (answer.status === 403 && answer.body.includes('host_not_allowed')) {
    return fault('The server does not take itself for what the Host header says (403, host_not_allowed).', [
      `The proxy calls it by another name: have it send Host ${host}, or X-Forwarded-Host ${host} with TRUSTED_PROXIES=1.`,
      'Or name what it sends, which the server’s log says, in ALLOWED_HOSTS.',
    ]);
  }
  if (answer.status === 403 && answer.body.includes('origin_not_allowed')) {
    return ok(id, 'It answers, and keeps pages of other origins out.');
  }
  if (answer.status === 404) {
    return fault(`Nothing of this server is at ${resource} (404).`, [
      'Mind the path of PUBLIC_URL, and have the proxy hand on what is under it: with the path or without, both work.',
    ]);
  }
  if (answer.status < 300) {
    return fault('A call without a token is served.', [
      'Another server is there, or this one was started with PROVIDER=none.',
    ]);
  }
  return fault(`A call without a token is answered ${answer.status}, not 401.`, [
    'Look at what stands before the server, and at the server’s log.',
  ]);
}

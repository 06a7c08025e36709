import { connectInstructions } from './connect-instructions.ts';
import { resourcesOf } from './create-app.ts';
import { needsClientId, type SignInFacts } from './sign-in-facts.ts';
import type { RunningServer } from './start-server.ts';

/** What the banner tells of a server. */
export type BannerFacts = Omit<RunningServer, typeof Symbol.asyncDispose>;

/** The clients that one short command connects; the page has all. */
const inBanner = new Set(['MCP Inspector', 'Claude Code', 'VS Code']);

/** What the server says when it is ready. */
export function renderBanner({ providerTitle, publicUrl, warnings, notes, signIn }: BannerFacts): string {
  const [mcp, sse] = resourcesOf(publicUrl);
  const rows: [string, string][] = [
    ['Provider', providerTitle],
    ...(signIn === undefined ? [] : signInRows(signIn)),
    ['Streamable HTTP', mcp],
    ['HTTP+SSE', `${sse} (deprecated, for old clients)`],
    ...connectInstructions(mcp, { clientIdNeeded: signIn !== undefined && needsClientId(signIn) })
      .filter(({ client }) => inBanner.has(client))
      .map(({ client, command = '' }): [string, string] => [client, command]),
    [
      'Any client',
      `${publicUrl}/ in a browser: how to connect it${signIn === undefined ? '' : ', and a sign-in step by step'}`,
    ],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    '',
    `whoami is ready at ${publicUrl}`,
    '',
    ...rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`),
    ...(signIn !== undefined && needsClientId(signIn) ? [`\n  ${byHand}`] : []),
    ...notes.map((note) => `\n  ${note}`),
    ...warnings.map((warning) => `\n  Warning: ${warning}`),
    '',
    '',
  ].join('\n');
}

const byHand =
  'Clients cannot register by themselves: the IdP’s metadata names no registration_endpoint. Register one at the IdP and give its client id to your client, or have this server register them: BRIDGE=true, with a client of its own at the IdP.';

function signInRows({ issuer, audience, ...signIn }: SignInFacts): [string, string][] {
  return [
    ['Issuer', signIn.isBridge ? `${issuer} (this server is the bridge)` : issuer],
    ['Audience', audience === undefined ? 'the URL that is called' : wordsOf(audience)],
    ['Clients', registration(signIn)],
  ];
}

function wordsOf(audience: readonly string[]): string {
  return audience
    .map((value) => (value === '*' ? 'any' : value === 'none' ? 'none at all' : value))
    .join(', or ');
}

function registration({ registers, clientDocuments }: Omit<SignInFacts, 'issuer' | 'audience'>): string {
  const ways = [
    ...(registers ? ['register by themselves'] : []),
    ...(clientDocuments ? ['show a document of their own (Client ID Metadata Documents)'] : []),
  ];
  return ways.join(', or ') || 'have to be registered at the IdP';
}

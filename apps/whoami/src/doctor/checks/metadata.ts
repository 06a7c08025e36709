import { isPlainHttp, shownUrl } from '@mcp-whoami/environment';
import { quote } from '@mcp-whoami/provider';
import type { Check, Evidence } from '../check.ts';
import { type Finding, ok, skipped } from '../finding.ts';
import { isTlsFailure, networkFailure } from '../network-failure.ts';
import { outcomeOf, type Probe } from '../probe.ts';
import type { ClientsView } from '../view/clients-view.ts';
import { pkceFinding } from './pkce.ts';

/** Whether clients find the authorization server, and what it says of itself (RFC 8414, RFC 9207). */
export const metadataCheck: Check = {
  title: 'Authorization server, as clients find it',
  run: async (evidence) => {
    const { view } = evidence;
    if (view === undefined) {
      const why = 'The variables do not say where it is, or nobody signs in (PROVIDER=none).';
      return [skipped('metadata', 'No authorization server to look for.', why)];
    }
    return [...transportFindings(view), ...whereFound(evidence, view), ...whatItSays(evidence, view)];
  },
};

function whereFound({ subject, answers }: Evidence, view: ClientsView): Finding[] {
  const { issuer, found, tried, isOwn } = view;
  if (subject.cannotConnect && found?.metadata.issuer !== issuer && !tried.some(failsByTls)) {
    const why = 'Mend what is said of it under “Configuration” first: it is the same.';
    return [skipped('metadata.found', 'Whether clients find the metadata.', why)];
  }
  const lookedAt = `Clients look at ${tried.map(({ url }) => shownUrl(url)).join(', ')}.`;
  if (found !== undefined) {
    if (found.metadata.issuer === issuer) {
      return [ok('metadata.found', `Clients find the metadata of ${issuer} at ${shownUrl(found.url)}.`)];
    }
    return [
      {
        id: 'metadata.issuer',
        severity: 'error',
        title: `The metadata at ${shownUrl(found.url)} is of the issuer ${quote(found.metadata.issuer)}, not of ${quote(issuer)}.`,
        why: 'Clients compare the two byte for byte, and stop (RFC 8414 section 3.3).',
        mend: ['Configure the issuer exactly as its metadata says it, a slash at the end included.'],
      },
    ];
  }
  if (isOwn && answers?.isUp !== true) {
    return [skipped('metadata.found', 'The metadata that this server publishes.', 'The server is not up.')];
  }
  const failures = tried.flatMap(({ error }) => networkFailure(error) ?? []);
  const [failure] = failures;
  if (failure !== undefined && failures.length === tried.length) {
    const title = `${new URL(issuer).host} ${failure.text}.`;
    if (subject.idp?.discoveryUrl !== undefined && !isTlsFailure(failure)) {
      const why = 'The issuer is not reached from here, which is why there is a discovery URL.';
      return [skipped('metadata.found', title, why, ['Run the doctor where clients run, too.'])];
    }
    return [{ id: `metadata.${failure.kind}`, severity: 'error', title, why: lookedAt, mend: failure.mend }];
  }
  return [
    {
      id: 'metadata.missing',
      severity: 'error',
      title: `Clients find no metadata of ${issuer}: ${tried.map(outcomeOf).join('; ')}.`,
      why: `${lookedAt} Without it they do not know where to sign in.`,
      mend: [
        isOwn
          ? 'Have the proxy hand on /.well-known/oauth-authorization-server, with the path of PUBLIC_URL behind it.'
          : 'Mind the path of the issuer, and serve its metadata at one of these.',
      ],
    },
  ];
}

function failsByTls({ error }: Probe): boolean {
  const failure = networkFailure(error);
  return failure !== undefined && isTlsFailure(failure);
}

/** OAuth 2.1 §1.5: plain http is for loopback alone. */
function transportFindings({ issuer, metadata }: ClientsView): Finding[] {
  const { authorization_endpoint, token_endpoint, registration_endpoint } = metadata ?? {};
  const plain = [issuer, authorization_endpoint, token_endpoint, registration_endpoint].filter(
    (url) => url !== undefined && URL.canParse(url) && isPlainHttp(url),
  );
  if (plain.length === 0) {
    const whose = metadata === undefined ? 'The issuer is' : 'Issuer and endpoints are';
    return [ok('metadata.https', `${whose} https, or on this machine.`)];
  }
  return [
    {
      id: 'metadata.https',
      severity: 'error',
      title: `Plain http: ${plain.map((url) => shownUrl(url ?? '')).join(', ')}.`,
      why: 'Clients refuse it, and anybody on the way can read codes and tokens.',
      mend: [
        'Have the identity provider name its https address: behind a proxy it needs its public URL, or to trust X-Forwarded-Proto.',
      ],
    },
  ];
}

function whatItSays({ subject }: Evidence, { metadata }: ClientsView): Finding[] {
  if (metadata === undefined) return [];
  const missing = (['authorization_endpoint', 'token_endpoint'] as const).filter(
    (field) => metadata[field] === undefined,
  );
  // Left out means these (RFC 8414 §2).
  const {
    response_types_supported: types = ['code'],
    grant_types_supported: grants = ['authorization_code'],
  } = metadata;
  const lacking = [
    ...missing.map((field) => `no ${field}`),
    ...(types.includes('code') ? [] : ['no `code` in response_types_supported']),
    ...(grants.includes('authorization_code') ? [] : ['no `authorization_code` in grant_types_supported']),
  ];
  return [
    lacking.length === 0
      ? ok('metadata.code', 'It offers the authorization code flow.')
      : {
          id: 'metadata.code',
          severity: 'error',
          title: `It does not offer the authorization code flow: ${lacking.join(', ')}.`,
          why: 'Clients sign people in by that alone.',
          mend: ['Switch it on at the identity provider.'],
        },
    pkceFinding(metadata, subject.connection?.warnings ?? []),
    metadata.authorization_response_iss_parameter_supported === true
      ? ok('metadata.iss', 'It promises `iss` in its answers (RFC 9207).')
      : ok(
          'metadata.iss',
          'It does not promise `iss` in its answers (RFC 9207), which clients can do without.',
        ),
  ];
}

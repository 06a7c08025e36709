import type { IdpRequestError } from '@mcp-whoami/provider/idp';

/** Why no answer came, and what to do about it. */
export interface NetworkFailure {
  kind:
    | 'expired'
    | 'not-yet-valid'
    | 'self-signed'
    | 'unknown-ca'
    | 'wrong-host'
    | 'no-tls'
    | 'no-name'
    | 'refused'
    | 'late'
    | 'other';
  /** Follows the name of a host. */
  text: string;
  mend: readonly string[];
}

const failures: readonly (NetworkFailure & { code: RegExp })[] = [
  {
    code: /^CERT_HAS_EXPIRED$/,
    kind: 'expired',
    text: 'has a certificate that has expired',
    mend: [
      'Renew the certificate there, and reload what serves it. If it is new, compare this machine’s clock.',
    ],
  },
  {
    code: /^CERT_NOT_YET_VALID$/,
    kind: 'not-yet-valid',
    text: 'has a certificate that is not valid yet',
    mend: ['Set this machine’s clock right (NTP); otherwise the certificate was made too early.'],
  },
  {
    code: /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
    kind: 'self-signed',
    text: 'has a self-signed certificate',
    mend: [
      'Best a certificate of an authority that clients know: each MCP client stops here too. For this server alone, that certificate in a file:',
      'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/private-ca.pem',
    ],
  },
  {
    code: /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_UNTRUSTED)$/,
    kind: 'unknown-ca',
    text: 'has a certificate of an authority that is not known here',
    mend: [
      'If it is a private one, its certificate in a file, for this server and for each MCP client:',
      'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/private-ca.pem',
      'If it is a public one, have the intermediate certificate sent along (fullchain.pem): browsers find it by themselves, programs do not.',
    ],
  },
  {
    code: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    kind: 'wrong-host',
    text: 'has a certificate for another host',
    mend: ['Use the name that is in the certificate, or have this one put into it.'],
  },
  {
    code: /^(EPROTO|ERR_SSL_.*)$/,
    kind: 'no-tls',
    text: 'speaks no TLS on that port, or none that is spoken here',
    mend: ['Is it the port of plain http, or a proxy that does not end TLS?'],
  },
  {
    code: /^(ENOTFOUND|EAI_AGAIN)$/,
    kind: 'no-name',
    text: 'has a name that cannot be resolved here',
    mend: ['Mind the spelling, and what this machine’s DNS knows.'],
  },
  {
    code: /^(ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET)$/,
    kind: 'refused',
    text: 'takes no connection',
    mend: ['Is it running, and on that port?'],
  },
  {
    code: /^(TimeoutError|UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/,
    kind: 'late',
    text: 'does not answer in time',
    mend: [
      'Look for a firewall on the way. If the way is a forward proxy:',
      'NODE_USE_ENV_PROXY=1 HTTPS_PROXY=http://proxy.example.com:3128',
    ],
  },
];

/** Why there is no whole answer; nothing where there was one, of whatever kind. */
export function networkFailure(error: IdpRequestError | undefined): NetworkFailure | undefined {
  if (error === undefined || error.outcome !== 'none') return undefined;
  const code = codeOf(error);
  const { code: _, ...known } = failures.find((failure) => failure.code.test(code)) ?? {
    code: undefined,
    kind: 'other' as const,
    text: `cannot be reached (${code})`,
    mend: ['Is it running, and can this machine reach it by that name?'],
  };
  return known;
}

/** Whether it is the certificate, or TLS itself. */
export function isTlsFailure({ kind }: NetworkFailure): boolean {
  return ['expired', 'not-yet-valid', 'self-signed', 'unknown-ca', 'wrong-host', 'no-tls'].includes(kind);
}

/** The code of the innermost error that has one, else its name. */
function codeOf(error: Error): string {
  const { cause } = error;
  if (cause instanceof Error && cause !== error) {
    const inner = codeOf(cause);
    if (inner !== 'Error' && inner !== 'TypeError') return inner;
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** OpenSSL's and Node's codes for a certificate of a certification authority that is not known here. */
const untrustedCertificate = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_UNTRUSTED/;

/**
 * What may lead to an IdP that could not be reached, most likely first, with an example of the first where the
 * failure says which it is; nothing where it answered.
 */
export function waysToIdp(
  error: Error | undefined,
  discoveryUrl: string,
): { ways: string[]; example?: string } {
  const code = networkFailure(error?.cause);
  if (code === undefined) return { ways: [] };
  const ways = [
    `If it has another address from here than for browsers: ${discoveryUrl}, the URL of its metadata from here.`,
    'If the way there is a forward proxy: NODE_USE_ENV_PROXY=1 HTTPS_PROXY=http://proxy.example.com:3128',
  ];
  const example = 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/private-ca.pem';
  const privateCa = `If its certificate is from a private CA: ${example}`;
  return untrustedCertificate.test(code)
    ? { ways: [privateCa, ...ways], example }
    : { ways: [...ways, privateCa] };
}

/** How the connection failed: the code, or the name, of the innermost error; nothing where there was one. */
function networkFailure(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof RangeError) return undefined;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}

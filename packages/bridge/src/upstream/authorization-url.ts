import type { Upstream } from '@mcp-whoami/provider';
import { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomNonce } from 'oauth4webapi';
import { z } from 'zod';
import type { Failure } from './errors.ts';
import type { BegunSignIn, UpstreamSecrets } from './sign-in.ts';
import type { UpstreamServer } from './upstream-server.ts';

const OFFLINE_ACCESS = 'offline_access';

const secretsSchema = z.object({ codeVerifier: z.string().min(1), nonce: z.string().min(1) });

/** The secrets of {@link createAuthorizationUrl}. */
export function readSecrets(secrets: UpstreamSecrets, failure: Failure) {
  const parsed = secretsSchema.safeParse(secrets);
  if (!parsed.success) throw failure('mismatch', 'what was kept of the begun sign-in cannot be read');
  return parsed.data;
}

/** Makes an authorization request (RFC 6749 §4.1.1) with PKCE by S256 (RFC 7636), and a nonce where there are ID tokens. */
export async function createAuthorizationUrl(
  { authorizationEndpoint, scopesSupported }: UpstreamServer,
  upstream: Upstream,
  { state, redirectUri }: BegunSignIn,
): Promise<{ url: string; secrets: UpstreamSecrets }> {
  const secrets = { codeVerifier: generateRandomCodeVerifier(), nonce: generateRandomNonce() };
  const supported = (upstream.scopesWhereSupported ?? []).filter((scope) => scopesSupported.includes(scope));
  const scope = [...new Set([...upstream.scopes, ...supported])].join(' ');
  const parameters = {
    // Without it many ignore the scope (OpenID Connect Core §11).
    ...(supported.includes(OFFLINE_ACCESS) ? { prompt: 'consent' } : {}),
    ...upstream.authorizationParameters,
    response_type: 'code',
    client_id: upstream.clientId,
    redirect_uri: redirectUri,
    ...(scope === '' ? {} : { scope }),
    state,
    code_challenge: await calculatePKCECodeChallenge(secrets.codeVerifier),
    code_challenge_method: 'S256',
    ...(upstream.server.kind === 'oidc' ? { nonce: secrets.nonce } : {}),
  };
  const url = new URL(authorizationEndpoint);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: url.href, secrets };
}

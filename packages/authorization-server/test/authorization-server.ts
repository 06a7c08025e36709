import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { type AdapterFactory, type AdapterPayload, Provider } from 'oidc-provider';
import { createDocumentFetch } from '../src/client-metadata-document.ts';
import { isPublicHttpsRedirect } from '../src/redirect-uris.ts';
import { type SharedConfigurationOptions, sharedConfiguration } from '../src/shared-configuration.ts';

export const mcp = 'https://mcp.example.com/mcp';

/** Those of a server at a public URL. */
export const registrationRules = {
  acceptsHttps: isPublicHttpsRedirect,
  expectedRedirect: 'an https URL of a public host',
  keepsClientKeys: true,
};

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const jwks = { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] };

/** Keeps all, as long as the server is used. */
function createAdapter(): AdapterFactory {
  const records = new Map<string, AdapterPayload>();
  return (kind) => ({
    upsert: async (id, payload) => void records.set(`${kind} ${id}`, payload),
    find: async (id) => records.get(`${kind} ${id}`),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    consume: async () => {},
    destroy: async (id) => void records.delete(`${kind} ${id}`),
    revokeByGrantId: async () => {},
  });
}

/** An authorization server that has what is shared and nothing else, and what it answers. */
export async function startAuthorizationServer(options: Partial<SharedConfigurationOptions> = {}) {
  const http = await serveOnLoopback(createServer());
  const issuer = `http://127.0.0.1:${http.port}`;
  const shared = sharedConfiguration({
    resources: [mcp],
    scopes: ['openid', 'offline_access', 'mcp:tools'],
    registrationRules,
    clientDocuments: { fetch: createDocumentFetch() },
    ...options,
  });
  const provider = new Provider(issuer, {
    ...shared,
    jwks,
    adapter: createAdapter(),
    ttl: { Interaction: 60 },
    cookies: { keys: ['of a test'] },
    features: { ...shared.features, revocation: { enabled: true } },
  });
  http.server.on('request', provider.callback());

  const ask = (path: string, init: RequestInit = {}) =>
    fetch(issuer + path, { redirect: 'manual', ...init, headers: { accept: 'text/html', ...init.headers } });

  return {
    issuer,
    provider,
    ask,
    /** Opens an authorization request. */
    authorize: (parameters: Record<string, string>) =>
      ask(
        `/auth?${new URLSearchParams({
          response_type: 'code',
          scope: 'openid',
          code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
          code_challenge_method: 'S256',
          ...parameters,
        })}`,
      ),
    register: async (metadata: object) => {
      const response = await ask('/reg', {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({
          redirect_uris: ['https://client.example.com/callback'],
          token_endpoint_auth_method: 'none',
          ...metadata,
        }),
      });
      return { status: response.status, body: await response.json() };
    },
    [Symbol.asyncDispose]: http[Symbol.asyncDispose],
  };
}

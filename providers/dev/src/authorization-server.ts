import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { createDocumentFetch, withKnownScopes } from '@mcp-whoami/authorization-server';
import { type JWKS, Provider } from 'oidc-provider';
import { requireLoopbackHost } from './loopback-host.ts';
import { listenOnLoopback } from './loopback-server.ts';
import { allowCrossOrigin, requireOriginOfThisMachine } from './page-origins.ts';
import { configureProvider } from './provider-configuration.ts';
import { rememberRequester } from './requester.ts';
import { signIn } from './sign-in.ts';
import { createUnreadClients } from './unread-client.ts';
import { type DevelopmentUser, developmentUsers } from './users.ts';

export type DevAuthorizationServerOptions = {
  /** The protected resources tokens are issued for (RFC 8707); a request that names none gets the first. */
  readonly resources: readonly string[];
  /** Scopes the resource server knows beside `openid profile email offline_access`. */
  readonly scopes: readonly string[];
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Told of every failure that is the server's own fault; by default a warning of the process. */
  readonly onError?: (error: Error) => void;
};

export type DevAuthorizationServer = {
  /** `http://localhost:<port>`, without a trailing slash. */
  readonly issuer: string;
  readonly users: readonly DevelopmentUser[];
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * Starts an authorization server for development on a loopback origin of its own: anyone who can reach it may sign in
 * as any of its users. Keys, clients and tokens live as long as it does.
 *
 * @throws TypeError when there is no resource, or one that is not a URL; the system's error when the port is taken
 */
export async function startDevAuthorizationServer({
  resources,
  scopes,
  port = 0,
  onError = process.emitWarning,
}: DevAuthorizationServerOptions): Promise<DevAuthorizationServer> {
  if (resources.length === 0 || !resources.every((resource) => URL.canParse(resource))) {
    throw new TypeError(`resources must be URLs, at least one; found ${JSON.stringify(resources)}`);
  }
  const supported = [...new Set(['openid', 'profile', 'email', 'offline_access', ...scopes])];
  const jwks = await generateKeys();
  const unreadClients = createUnreadClients(createDocumentFetch());
  const { origin, [Symbol.asyncDispose]: dispose } = await listenOnLoopback(port, (issuer) => {
    const provider = new Provider(
      issuer,
      configureProvider({ resources, scopes: supported, jwks, unreadClients }),
    );
    provider.on('server_error', (_ctx, error) => onError(error));
    // Koa's own `onerror` writes to the console; what is `expose`d is the request's fault and was answered.
    provider.onerror = (error) => {
      if (!('expose' in error && error.expose)) onError(error);
    };
    provider.use(requireLoopbackHost);
    provider.use(requireOriginOfThisMachine);
    provider.use(allowCrossOrigin);
    provider.use(rememberRequester);
    provider.use(withKnownScopes(provider.pathFor('authorization'), supported));
    provider.use(signIn(provider, developmentUsers, unreadClients.isUnread));
    return provider.callback();
  });
  return { issuer: origin, users: developmentUsers, [Symbol.asyncDispose]: dispose };
}

async function generateKeys(): Promise<JWKS> {
  // RS256 is what every client and verifier has (OpenID Connect Core §15.1).
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2_048 });
  return { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] };
}

import type { JsonObject, OpenIdUpstream, Upstream } from '@mcp-whoami/provider';
import {
  type EntraLike,
  type GoogleLike,
  type GoogleLikeOptions,
  type RegisteredClient,
  type StandIn,
  type StandInOptions,
  startEntraLike,
  startGoogleLike,
  startStandIn,
} from '@mcp-whoami/testkit';
import { type BridgeTestOptions, startBridge } from './bridge-under-test.ts';
import { startFront } from './front.ts';

type Options = Omit<BridgeTestOptions, 'upstream'>;

const identify = ({ sub, name, email, hd, groups }: JsonObject, id = String(sub)) => ({
  id,
  claims: { name, email },
  verifiedEmails: typeof email === 'string' ? [email] : [],
  groups: [hd, ...(Array.isArray(groups) ? groups : [])].filter((group) => typeof group === 'string'),
});

/** As much of each as these tests need; all of it is in the providers. */
const openId = (
  { issuer, client: { id, secret } }: { issuer: string; client: { id: string; secret: string } },
  name: { id: string; title: string },
  { server, ...others }: Partial<Omit<Upstream, 'server'>> & { server?: Partial<OpenIdUpstream> } = {},
): Upstream => ({
  ...name,
  server: { kind: 'oidc', issuer, identify: (claims) => identify(claims), ...server },
  clientId: id,
  clientSecret: secret,
  clientAuth: 'client_secret_post',
  scopes: ['openid', 'profile', 'email'],
  ...others,
});

export const googleUpstream = (google: GoogleLike): Upstream =>
  openId(
    google,
    { id: 'google', title: 'Google' },
    { authorizationParameters: { access_type: 'offline', prompt: 'consent' } },
  );

export const entraUpstream = (entra: EntraLike): Upstream =>
  openId(
    entra,
    { id: 'entra', title: 'Entra ID' },
    {
      scopes: ['openid', 'profile', 'email', 'offline_access'],
      server: { identify: (claims) => identify(claims, `${claims.tid}:${claims.oid}`) },
    },
  );

const idpClient = { id: 'bridge', secret: 'a-secret-of-the-bridge' };

export const idpUpstream = ({ issuer }: StandIn): Upstream =>
  openId(
    { issuer, client: idpClient },
    { id: 'idp', title: 'the IdP' },
    { scopesWhereSupported: ['offline_access'], server: { asksUserinfo: true } },
  );

export const startWithGoogle = async (options: Options = {}, like: GoogleLikeOptions = {}) => {
  await using cleanup = new AsyncDisposableStack();
  const google = cleanup.use(await startGoogleLike(like));
  const bridge = cleanup.use(await startBridge({ upstream: googleUpstream(google), ...options }));
  google.registerRedirect(`${bridge.publicUrl}/oauth/callback`);
  const running = cleanup.move();
  return { ...bridge, google, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

export const startWithEntra = async (options: Options = {}) => {
  await using cleanup = new AsyncDisposableStack();
  const entra = cleanup.use(await startEntraLike());
  const bridge = cleanup.use(await startBridge({ upstream: entraUpstream(entra), ...options }));
  entra.registerRedirect(`${bridge.publicUrl}/oauth/callback`);
  const running = cleanup.move();
  return { ...bridge, entra, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

/** A plain OpenID provider, which has to know the callback URL before it starts. */
export const startWithIdp = async (options: Options = {}, like: StandInOptions = {}) => {
  await using cleanup = new AsyncDisposableStack();
  const front = cleanup.use(await startFront());
  const registered = {
    client_id: idpClient.id,
    client_secret: idpClient.secret,
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [`${front.origin}/oauth/callback`],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  } satisfies RegisteredClient;
  const idp = cleanup.use(
    await startStandIn({
      accessTokens: 'opaque',
      resource: 'ignored',
      registration: 'off',
      ...like,
      clients: [registered],
    }),
  );
  const bridge = cleanup.use(
    await startBridge({ upstream: idpUpstream(idp), publicUrl: front.origin, ...options }),
  );
  front.forwardTo(bridge.origin);
  const running = cleanup.move();
  return { ...bridge, idp, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

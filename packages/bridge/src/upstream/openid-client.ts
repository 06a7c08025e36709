import type { JsonObject, Logout, OpenIdUpstream, Upstream } from '@mcp-whoami/provider';
import { createKeySet, createLogoutTokenVerifier } from '@mcp-whoami/provider/idp';
import type { IDToken } from 'oauth4webapi';
import { createAuthorizationUrl, readSecrets } from './authorization-url.ts';
import { judgeCallback } from './callback.ts';
import { readSession, type Session, writeSession } from './session.ts';
import type { UpstreamClient } from './sign-in.ts';
import { signedIn } from './signed-in.ts';
import { createStandingQuestion } from './standing-question.ts';
import { createTokenExchange } from './token-exchange.ts';
import { discoverUpstream, type UpstreamServer, type UpstreamSurroundings } from './upstream-server.ts';
import { createUserinfoQuestion } from './userinfo-question.ts';

/** Claims that are about one ID token, not about its user. */
const passingClaims = ['nonce', 'at_hash', 'c_hash', 's_hash', 'jti', 'exp', 'iat', 'nbf', 'auth_time'];

/** How long an access token is taken to last whose lifetime the IdP does not say, in seconds. */
const ASSUMED_LIFETIME_SECONDS = 3_600;

/** Signs people in at an OpenID Connect provider: its ID token says who they are. */
export function createOpenIdClient(
  upstream: Upstream,
  server: OpenIdUpstream,
  surroundings: UpstreamSurroundings,
): UpstreamClient {
  const { failure } = surroundings;
  const findServer = discoverUpstream({ ...server, type: 'oidc' }, surroundings);
  const exchange = createTokenExchange(upstream, failure);
  const askUserinfo = createUserinfoQuestion(upstream, failure);
  const askStanding = createStandingQuestion(upstream, askUserinfo, failure);

  /** Userinfo adds what the ID token does not say (OpenID Connect Core §5.3.2). */
  const identify = (idToken: JsonObject, userinfo: JsonObject | undefined) =>
    server.identify(withBetter(userinfo, idToken));
  const profileOf = async (accessToken: string, subject: string) =>
    server.asksUserinfo ? askUserinfo(await findServer(), accessToken, subject) : undefined;

  return {
    id: upstream.id,
    title: upstream.title,

    readLogout: createLogoutReader(upstream, findServer, surroundings),

    begin: async (flow) => createAuthorizationUrl(await findServer(), upstream, flow),

    finish: async (callback, { state, redirectUri, secrets }) => {
      const found = await findServer();
      const flow = { state, hasIssuer: true };
      const parameters = judgeCallback(found.as, upstream.clientId, callback, flow, failure);
      const tokens = await exchange.redeem(found, parameters, {
        redirectUri,
        ...readSecrets(secrets, failure),
      });
      const { claims } = tokens;
      if (claims === undefined) throw failure('refused', 'it sends no ID token');
      if (tokens.refreshToken === undefined) {
        surroundings.logger.warn(
          { reason: 'upstream_gives_no_refresh_token' },
          `${upstream.title} gives no refresh token: once its access token has ended it cannot be asked again, and who is blocked there keeps access here until the grant ends. See that its client may have offline access`,
        );
      }
      const userinfo = await profileOf(tokens.accessToken, claims.sub);
      return signedIn(upstream, failure, {
        identify: () => identify(claims, userinfo),
        provedBy: 'id_token',
        session: () => ({
          ...sessionOf(claims.sub, claims, tokens),
          // Without a refresh token there comes a time from which userinfo cannot be asked.
          userinfo: tokens.refreshToken === undefined ? userinfo : undefined,
        }),
        logoutIds: {
          subject: claims.sub,
          sessionId: typeof claims.sid === 'string' ? claims.sid : undefined,
        },
      });
    },

    revalidate: async (text, keep = async () => {}) => {
      const session = readSession(text, failure);
      const { id, claims: earlier = {}, refreshToken } = session;
      const found = await findServer();
      if (refreshToken === undefined) {
        const userinfo = await askStanding(found, session);
        return signedIn(upstream, failure, {
          // What is newer counts.
          identify: () =>
            userinfo === undefined
              ? identify(earlier, session.userinfo)
              : server.identify(withBetter(earlier, userinfo)),
          provedBy: userinfo === undefined ? 'grant' : 'api',
          session: () => ({ ...session, userinfo: userinfo ?? session.userinfo }),
        });
      }
      const tokens = await exchange.refresh(found, refreshToken, (next) =>
        keep(writeSession({ ...session, refreshToken: next })),
      );
      const { claims } = tokens;
      if (claims !== undefined && claims.sub !== id) {
        throw failure(
          'mismatch',
          'the ID token of the refresh is another person’s (OpenID Connect Core 12.2)',
        );
      }
      // Without an ID token it is the only word on who the person is now.
      const userinfo =
        claims === undefined
          ? await askUserinfo(found, tokens.accessToken, id)
          : await profileOf(tokens.accessToken, id);
      return signedIn(upstream, failure, {
        identify: () =>
          claims === undefined ? server.identify(withBetter(earlier, userinfo)) : identify(claims, userinfo),
        provedBy: claims !== undefined ? 'id_token' : userinfo !== undefined ? 'api' : 'grant',
        session: () => sessionOf(id, claims ?? earlier, tokens),
      });
    },
  };
}

/** What says of an e-mail address that it is verified; `xms_edov` is Entra ID's. */
const verdictsOnEmail = ['email_verified', 'xms_edov'];

/** Claims, with others that count more over them. That an address is verified is said of that address alone. */
function withBetter(claims: JsonObject = {}, better: JsonObject = {}): JsonObject {
  const isOtherEmail = better.email !== undefined && better.email !== claims.email;
  const kept = Object.entries(claims).filter(([name]) => !(isOtherEmail && verdictsOnEmail.includes(name)));
  return { ...Object.fromEntries(kept), ...better };
}

/** How long keys that cannot be refreshed go on to prove logout tokens, in seconds. */
const LOGOUT_KEYS_MAX_AGE_SECONDS = 24 * 3_600;

/**
 * Makes the validation of the IdP's logout tokens. Anybody may send one, so the keys are another set than that of ID
 * tokens: one whose refreshes are counted.
 */
function createLogoutReader(
  { clientId }: Upstream,
  findServer: () => Promise<UpstreamServer>,
  { failure, logger }: UpstreamSurroundings,
) {
  let current: { url: string; read: (logoutToken: string) => Promise<Logout> } | undefined;
  return async (logoutToken: string): Promise<Logout> => {
    const { as, jwksUri } = await findServer();
    if (jwksUri === undefined) throw failure('misconfigured', 'its metadata names no keys');
    if (current?.url !== jwksUri) {
      const options = { maxAge: LOGOUT_KEYS_MAX_AGE_SECONDS, maxAgeName: 'a bound of its own', logger };
      const { findPatiently } = createKeySet(jwksUri, options);
      const read = createLogoutTokenVerifier(findPatiently, {
        issuer: as.issuer,
        clientIds: [clientId],
        // The store may be down when it comes first, and the IdP sends it again.
        takesAgain: true,
      });
      current = { url: jwksUri, read };
    }
    return current.read(logoutToken);
  };
}

function sessionOf(
  id: string,
  claims: IDToken | JsonObject,
  {
    refreshToken,
    accessToken,
    expiresAt,
  }: Pick<Session, 'refreshToken' | 'expiresAt'> & { accessToken: string },
): Session {
  const lasting = Object.entries(claims).filter(([name]) => !passingClaims.includes(name));
  const endsAt = expiresAt ?? Math.floor(Date.now() / 1000) + ASSUMED_LIFETIME_SECONDS;
  const way = refreshToken === undefined ? { accessToken, expiresAt: endsAt } : { refreshToken };
  return { id, ...way, claims: Object.fromEntries(lasting) };
}

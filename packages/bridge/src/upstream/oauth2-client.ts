import type { OAuth2Upstream, Upstream } from '@mcp-whoami/provider';
import { AccessTokenRefused, createAskAsPerson } from './ask-as-person.ts';
import { createAuthorizationUrl, readSecrets } from './authorization-url.ts';
import { judgeCallback } from './callback.ts';
import { hasExpired, readSession, type Session, writeSession } from './session.ts';
import type { SignedIn, UpstreamClient } from './sign-in.ts';
import { signedIn } from './signed-in.ts';
import { createTokenExchange, type UpstreamTokens } from './token-exchange.ts';
import { discoverUpstream, type UpstreamServer, type UpstreamSurroundings } from './upstream-server.ts';

/** What stands for the issuer of an IdP that has none. */
const NO_ISSUER = 'urn:mcp-whoami:no-issuer';

/** Signs people in at an IdP without ID tokens: a question to its API says who they are, never the access token. */
export function createOAuth2Client(
  upstream: Upstream,
  server: OAuth2Upstream,
  surroundings: UpstreamSurroundings,
): UpstreamClient {
  const { failure } = surroundings;
  const findServer = serverFinder(server, surroundings);
  const exchange = createTokenExchange(upstream, failure);
  const hasIssuer = server.endpoints.issuer !== undefined;

  /** @throws {AccessTokenRefused} when the token has ended. */
  const identifyBy = (found: UpstreamServer, accessToken: string, session: Omit<Session, 'id'>) => {
    const { userinfoEndpoint } = found;
    return signedIn(upstream, failure, {
      identify: () => server.identify(createAskAsPerson(accessToken, failure), { userinfoEndpoint }),
      provedBy: 'api',
      session: ({ id }) => ({ id, ...session }),
      isLasting: session.refreshToken === undefined && session.expiresAt === undefined,
    });
  };
  const identifyByTokens = (
    found: UpstreamServer,
    { accessToken, refreshToken, expiresAt }: Omit<UpstreamTokens, 'claims'>,
  ): Promise<SignedIn> =>
    identifyBy(found, accessToken, { accessToken, refreshToken, expiresAt }).catch((error: unknown) => {
      if (!(error instanceof AccessTokenRefused)) throw error;
      throw failure('refused', 'its API does not accept the access token that it gave just now');
    });

  return {
    id: upstream.id,
    title: upstream.title,

    begin: async (flow) => createAuthorizationUrl(await findServer(), upstream, flow),

    finish: async (callback, { state, redirectUri, secrets }) => {
      const found = await findServer();
      const parameters = judgeCallback(found.as, upstream.clientId, callback, { state, hasIssuer }, failure);
      return identifyByTokens(
        found,
        await exchange.redeem(found, parameters, {
          redirectUri,
          ...readSecrets(secrets, failure),
        }),
      );
    },

    revalidate: async (text, keep = async () => {}) => {
      const session = readSession(text, failure);
      const { id, accessToken, refreshToken } = session;
      const found = await findServer();
      const same = (answer: SignedIn): SignedIn => {
        if (answer.identity.id === id) return answer;
        throw failure('mismatch', 'its API tells of another person than at the sign-in');
      };
      if (accessToken !== undefined && !(hasExpired(session) && refreshToken !== undefined)) {
        const { id: _, ...rest } = session;
        try {
          return same(await identifyBy(found, accessToken, rest));
        } catch (error) {
          if (!(error instanceof AccessTokenRefused)) throw error;
        }
      }
      if (refreshToken === undefined)
        throw failure('refused', 'the access token was revoked, or has expired');
      const tokens = await exchange.refresh(found, refreshToken, (next) =>
        // Its access token is the old one, which has ended: the next question begins with a refresh.
        keep(writeSession({ id, refreshToken: next })),
      );
      return same(await identifyByTokens(found, tokens));
    },
  };
}

function serverFinder(
  { endpoints }: OAuth2Upstream,
  surroundings: UpstreamSurroundings,
): () => Promise<UpstreamServer> {
  if (endpoints.kind === 'discover') return discoverUpstream({ ...endpoints, type: 'oauth' }, surroundings);
  const { authorizationEndpoint, tokenEndpoint, issuer } = endpoints;
  const server = {
    as: {
      issuer: issuer ?? NO_ISSUER,
      token_endpoint: tokenEndpoint,
      authorization_response_iss_parameter_supported: issuer !== undefined,
    },
    authorizationEndpoint,
    userinfoEndpoint: undefined,
    introspectionEndpoint: undefined,
    scopesSupported: [],
    keys: undefined,
    jwksUri: undefined,
  };
  return async () => server;
}

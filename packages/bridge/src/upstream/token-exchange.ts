import type { Upstream } from '@mcp-whoami/provider';
import { jsonObject } from '@mcp-whoami/provider/idp';
import {
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  clockTolerance,
  customFetch,
  getValidatedIdTokenClaims,
  type IDToken,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import { z } from 'zod';
import { authenticationOf } from './client-authentication.ts';
import type { Failure } from './errors.ts';
import { answerFailure, verifyWithKeys } from './id-token.ts';
import { createTokenFetch } from './token-request.ts';
import type { UpstreamServer } from './upstream-server.ts';

/** How far the IdP's clock may be from this one's, in seconds. */
const CLOCK_TOLERANCE_SECONDS = 30;

/** Tokens of the upstream. */
export interface UpstreamTokens {
  accessToken: string;
  refreshToken: string | undefined;
  /** In seconds since 1970. */
  expiresAt: number | undefined;
  /** The claims of the ID token, which was verified. */
  claims: IDToken | undefined;
}

const rotated = z
  .object({ refresh_token: z.string().min(1), id_token: z.unknown() })
  .partial()
  .catch({});

/** The grants at one upstream's token endpoint. */
export function createTokenExchange(upstream: Upstream, failure: Failure) {
  const client = { client_id: upstream.clientId, [clockTolerance]: CLOCK_TOLERANCE_SECONDS };
  const authentication = authenticationOf(upstream);
  // Whether https is needed is judged where the addresses come from.
  const options = { [allowInsecureRequests]: true, [customFetch]: createTokenFetch(failure) };
  const hasIdTokens = upstream.server.kind === 'oidc';

  /** An IdP that is none for OpenID Connect may send an ID token all the same: it is not looked at. */
  const read = async (
    server: UpstreamServer,
    response: Response,
    process: (response: Response) => Promise<TokenEndpointResponse>,
  ): Promise<UpstreamTokens> => {
    const members = jsonObject.parse(await response.clone().json());
    try {
      const answer = await process(
        hasIdTokens ? response : Response.json({ ...members, id_token: undefined }),
      );
      if (typeof answer.id_token === 'string') await verifyWithKeys(answer.id_token, server, failure);
      return {
        accessToken: answer.access_token,
        refreshToken: answer.refresh_token,
        expiresAt:
          answer.expires_in === undefined ? undefined : Math.floor(Date.now() / 1000) + answer.expires_in,
        claims: getValidatedIdTokenClaims(answer),
      };
    } catch (error) {
      throw answerFailure(error, members.id_token, failure);
    }
  };

  return {
    /** @param callback of `validateAuthResponse`. */
    redeem: async (
      server: UpstreamServer,
      callback: URLSearchParams,
      { redirectUri, codeVerifier, nonce }: { redirectUri: string; codeVerifier: string; nonce: string },
    ): Promise<UpstreamTokens> => {
      const response = await authorizationCodeGrantRequest(
        server.as,
        client,
        authentication,
        callback,
        redirectUri,
        codeVerifier,
        options,
      );
      return read(server, response, (answer) =>
        processAuthorizationCodeResponse(
          server.as,
          client,
          answer,
          hasIdTokens ? { expectedNonce: nonce, requireIdToken: true } : {},
        ),
      );
    },

    /** @param keep is told of a refresh token that replaces the one that was sent, before anything else is done. */
    refresh: async (
      server: UpstreamServer,
      refreshToken: string,
      keep: (refreshToken: string) => Promise<void>,
    ): Promise<UpstreamTokens> => {
      const response = await refreshTokenGrantRequest(
        server.as,
        client,
        authentication,
        refreshToken,
        options,
      );
      const { refresh_token: next = refreshToken } = rotated.parse(await response.clone().json());
      if (next !== refreshToken) await keep(next);
      const tokens = await read(server, response, (answer) =>
        processRefreshTokenResponse(server.as, client, answer),
      );
      return { ...tokens, refreshToken: next };
    },
  };
}

export type TokenExchange = ReturnType<typeof createTokenExchange>;

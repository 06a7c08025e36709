import { shownUrl } from '@mcp-whoami/environment';
import type { JsonObject, Upstream } from '@mcp-whoami/provider';
import { jsonObject, parseJson } from '@mcp-whoami/provider/idp';
import {
  allowInsecureRequests,
  type CustomFetchOptions,
  customFetch,
  introspectionRequest,
} from 'oauth4webapi';
import { authenticationOf } from './client-authentication.ts';
import type { Failure } from './errors.ts';
import { requestUpstream } from './request.ts';
import { hasExpired, type Session } from './session.ts';
import type { UpstreamServer } from './upstream-server.ts';
import type { AskUserinfo } from './userinfo-question.ts';

/**
 * Asks whether a sign-in still stands where the IdP gave no refresh token: userinfo, else introspection (RFC 7662), with
 * the access token. Of an IdP that has neither, and of each once that token has ended, nothing can be asked: what it
 * said at the sign-in stands then, for as long as the grant lasts.
 *
 * The function gives what userinfo says.
 */
export function createStandingQuestion(upstream: Upstream, askUserinfo: AskUserinfo, failure: Failure) {
  const authentication = authenticationOf(upstream);
  const options = {
    [allowInsecureRequests]: true,
    [customFetch]: async (url: string, { headers, body }: CustomFetchOptions<'POST', URLSearchParams>) => {
      const answer = await requestUpstream(url, { method: 'POST', headers, body: body.toString() }, failure);
      return new Response(answer.body, { status: answer.status });
    },
  };
  const introspect = async (server: UpstreamServer, url: string, accessToken: string): Promise<void> => {
    const as = { ...server.as, introspection_endpoint: url };
    const client = { client_id: upstream.clientId };
    const response = await introspectionRequest(as, client, authentication, accessToken, options);
    const { status } = response;
    if (status === 401 || status === 403) {
      throw failure(
        'misconfigured',
        `${shownUrl(url)} answers ${status}: it does not let {clientId} introspect`,
      );
    }
    const answer = jsonObject.safeParse(parseJson(await response.text()));
    if (status !== 200 || typeof answer.data?.active !== 'boolean') {
      throw failure('unavailable', `${shownUrl(url)} answers ${status} with no word on the token`);
    }
    if (!answer.data.active) throw failure('refused', 'the access token is no longer active there');
  };

  return async (server: UpstreamServer, session: Session): Promise<JsonObject | undefined> => {
    const { id, accessToken } = session;
    if (accessToken === undefined || hasExpired(session)) return undefined;
    const { userinfoEndpoint, introspectionEndpoint } = server;
    if (userinfoEndpoint !== undefined) return askUserinfo(server, accessToken, id);
    if (introspectionEndpoint !== undefined) await introspect(server, introspectionEndpoint, accessToken);
    return undefined;
  };
}

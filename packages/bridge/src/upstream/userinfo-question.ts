import { shownUrl } from '@mcp-whoami/environment';
import type { JsonObject, Upstream } from '@mcp-whoami/provider';
import { jsonObject, parseJson } from '@mcp-whoami/provider/idp';
import { z } from 'zod';
import type { Failure } from './errors.ts';
import { verifyWithKeys } from './id-token.ts';
import { requestUpstream } from './request.ts';
import type { UpstreamServer } from './upstream-server.ts';

/** How large an answer about a person may be, in bytes. */
const MAX_BYTES = 256 * 1024;

export type AskUserinfo = (
  server: UpstreamServer,
  accessToken: string,
  subject: string,
) => Promise<JsonObject | undefined>;

/** For whom a signed answer is, where it says so (OpenID Connect Core §5.3.2). */
const signedAnswer = z.looseObject({
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
});

/** Asks userinfo (OpenID Connect Core §5.3) about the person whose ID token named them; nothing where there is none. */
export function createUserinfoQuestion(upstream: Upstream, failure: Failure): AskUserinfo {
  return async (server, accessToken, subject) => {
    const url = server.userinfoEndpoint;
    if (url === undefined) return undefined;
    const headers = { authorization: `Bearer ${accessToken}` };
    const answer = await requestUpstream(url, { headers, maxBytes: MAX_BYTES }, failure);
    const { status } = answer;
    if (status >= 400) {
      throw failure(
        'refused',
        `${shownUrl(url)} answers ${status}: the access token has ended, or may not ask that`,
      );
    }
    let body = answer.body;
    if (/^application\/jwt\b/i.test(answer.headers.get('content-type') ?? '')) {
      body = new TextDecoder().decode(await verifyWithKeys(body.trim(), server, failure));
      const { iss = server.as.issuer, aud = upstream.clientId } = signedAnswer.parse(parseJson(body));
      if (iss !== server.as.issuer || ![aud].flat().includes(upstream.clientId)) {
        throw failure('mismatch', `${shownUrl(url)} answers what is signed for somebody else`);
      }
    }
    const claims = jsonObject.safeParse(parseJson(body));
    if (!claims.success)
      throw failure('unavailable', `${shownUrl(url)} answers ${status} with no JSON object`);
    if (claims.data.sub !== subject) {
      throw failure(
        'mismatch',
        `${shownUrl(url)} tells of another person than the ID token (OpenID Connect Core 5.3.2)`,
      );
    }
    return claims.data;
  };
}

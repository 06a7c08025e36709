import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';
import { accounts as defaultAccounts } from '../accounts.ts';
import { type JsonObject, parseJsonObject } from '../json.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { commitFault, type Faults, redirectTarget, sendAnswer } from './faults.ts';
import { forward } from './forward.ts';
import type { StandInOptions } from './options.ts';
import { logged, type RequestLog } from './request-log.ts';

export type Front = {
  endpoints: Endpoints;
  options: StandInOptions;
  accessTokens: AccessTokens;
  faults: Faults;
  requests: RequestLog;
  /** Keys besides oidc-provider's own in the published JWKS. */
  extraKeys: readonly JWK[];
  /** Where oidc-provider listens. */
  inner: AddressInfo;
};

/**
 * What every request passes before oidc-provider sees it: the log, the faults, the user endpoint of another
 * shape; and after: the metadata, keys and introspection answers as the options want them.
 */
export const handleFront = async (
  front: Front,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { endpoints, options, faults, requests, accessTokens } = front;
  const url = new URL(request.url ?? '/', endpoints.issuer);
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  requests.push(logged(request, url, body));

  const endpoint = endpoints.at(url.pathname);
  const fault = endpoint && faults.take(endpoint);
  if (fault) return commitFault(fault, endpoint, request, response);
  if (url.pathname === redirectTarget)
    return sendAnswer(response, { status: 200, body: { sub: 'mallory', active: true } });
  if (url.pathname.includes('/.well-known/') && endpoint !== 'metadata') {
    return sendAnswer(response, { status: 404, body: { error: 'not_found' } });
  }

  const token = bearerToken(request.headers.authorization);
  if (endpoint === 'userinfo' && options.userinfoAnswer) {
    const found = token === undefined ? undefined : await accessTokens.find(token);
    const { method = 'GET', headers } = request;
    return sendAnswer(
      response,
      options.userinfoAnswer({ account: found?.account, scope: found?.scope, token, method, headers, body }),
    );
  }

  if (endpoint === 'introspection' && usesOtherClientAuth(request, options)) {
    const inactive =
      typeof options.introspection === 'object' && options.introspection.otherClientAuth === 'inactive';
    const refusal = { status: 401, body: { error: 'invalid_client' } };
    return sendAnswer(response, inactive ? { status: 200, body: { active: false } } : refusal);
  }

  const form = new URLSearchParams(endpoint === 'introspection' || endpoint === 'revocation' ? body : '');
  const asked = form.get('token');
  if (asked) form.set('token', accessTokens.stored(asked));
  const answer = await forward(front, request, {
    path:
      endpoint === 'metadata'
        ? `${endpoints.mount}/.well-known/openid-configuration`
        : `${url.pathname}${url.search}`,
    body: asked ? form.toString() : endpoint === 'registration' ? withoutScope(body, options) : body,
    ...(endpoint === 'userinfo' && token ? { authorization: `Bearer ${accessTokens.stored(token)}` } : {}),
  });
  const shaped = parseJsonObject(answer.body);
  const result =
    shaped && (await reshape(front, endpoint, shaped, { asked, registration: parseJsonObject(body) }));
  response.writeHead(answer.status, withoutIss(answer.headers, options));
  response.end(result === undefined ? answer.body : JSON.stringify(result));
};

/** An IdP that knows no metadata knows no RFC 9207 either: its redirects carry no `iss`. */
const withoutIss = (
  headers: OutgoingHttpHeaders,
  { metadata, sendsIssuer = metadata !== 'none' }: StandInOptions,
): OutgoingHttpHeaders => {
  if (sendsIssuer || typeof headers.location !== 'string' || !URL.canParse(headers.location)) return headers;
  const location = new URL(headers.location);
  location.searchParams.delete('iss');
  return { ...headers, location: location.href };
};

const bearerToken = (authorization: string | undefined): string | undefined => {
  const [scheme, token] = authorization?.split(' ') ?? [];
  return scheme?.toLowerCase() === 'bearer' ? token : undefined;
};

/** oidc-provider takes Basic and post alike from a client with a secret; other IdPs do not. */
const usesOtherClientAuth = (request: IncomingMessage, { introspection }: StandInOptions): boolean => {
  if (typeof introspection !== 'object' || !introspection.clientAuth) return false;
  return (
    (request.headers.authorization !== undefined) !== (introspection.clientAuth === 'client_secret_basic')
  );
};

/** oidc-provider lets a client ask for no scope that it did not register with: a later step-up would fail. */
const withoutScope = (body: string, options: StandInOptions): string => {
  const metadata = parseJsonObject(body);
  if (!metadata || options.registration === 'scope-capped') return body;
  const { scope: _scope, ...rest } = metadata;
  return JSON.stringify(rest);
};

const reshape = async (
  { options, accessTokens, extraKeys }: Front,
  endpoint: Endpoint | undefined,
  body: JsonObject,
  { asked, registration }: { asked: string | null; registration: JsonObject | undefined },
): Promise<unknown> => {
  if (endpoint === 'metadata') {
    const document = { ...body };
    if (options.sendsIssuer === false) delete document.authorization_response_iss_parameter_supported;
    return options.transformMetadata ? options.transformMetadata(document) : document;
  }
  if (endpoint === 'jwks') {
    // oidc-provider names no alg for an RSA key and always one for the others.
    const own = Array.isArray(body.keys)
      ? body.keys.map((jwk: JWK) => ({ ...jwk, alg: options.signingAlg ?? 'RS256' }))
      : [];
    const keys = [...own, ...extraKeys];
    return options.transformJwks ? options.transformJwks({ keys }) : { keys };
  }
  if (endpoint === 'registration' && registration?.scope && body.client_id) {
    return { ...body, scope: registration.scope };
  }
  if (endpoint !== 'introspection' || body.active !== true || asked === null) return undefined;
  const { audience, introspection, resource } = options;
  const claims =
    accessTokens.stored(asked) === asked ? {} : (parseJsonObject(atobUrl(asked.split('.')[1])) ?? {});
  const active = { ...(resource === 'ignored' && audience ? { aud: audience } : {}), ...body, ...claims };
  const shape = typeof introspection === 'object' ? introspection.answer : undefined;
  const account = (options.accounts ?? defaultAccounts).find(({ sub }) => sub === body.sub);
  return shape ? shape(active, account) : active;
};

const atobUrl = (text = ''): string => Buffer.from(text, 'base64url').toString();

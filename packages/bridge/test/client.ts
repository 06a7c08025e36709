import { signIn } from '@mcp-whoami/testkit';
import * as oauth from 'oauth4webapi';
import { CookieJar } from 'tough-cookie';
import { z } from 'zod';

const insecure = { [oauth.allowInsecureRequests]: true };
const redirectUri = 'http://127.0.0.1:49152/callback';

const answers = z.looseObject({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number(),
  scope: z.string().optional(),
});
export type Tokens = z.output<typeof answers>;

export const registered = z.object({ client_id: z.string() }).catchall(z.json());

export type AuthorizationParameters = Readonly<Record<string, string | string[]>>;

/** Registers a public client on this computer; the response as it is. */
export function register(url: string, metadata: object = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'A program',
      redirect_uris: ['http://127.0.0.1/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      ...metadata,
    }),
  });
}

/** A public client on this computer that is given only the URL of a server. */
export async function registerClient(publicUrl: string, metadata: object = {}) {
  const as = await metadataOf(publicUrl);
  const response = await register(as.registration_endpoint ?? '', metadata);
  if (response.status !== 201) throw new Error(`registration: ${response.status} ${await response.text()}`);
  return clientOf(as, registered.parse(await response.json()));
}

/** A client that has no need to register. */
export async function knownClient(publicUrl: string, clientId: string) {
  return clientOf(await metadataOf(publicUrl), { client_id: clientId });
}

export type TestClient = Awaited<ReturnType<typeof registerClient>>;

async function metadataOf(publicUrl: string): Promise<oauth.AuthorizationServer> {
  const response = await fetch(`${publicUrl}/.well-known/oauth-authorization-server`);
  return z
    .object({ issuer: z.string() })
    .catchall(z.json())
    .parse(await response.json());
}

function clientOf(as: oauth.AuthorizationServer, client: oauth.Client) {
  const authentication =
    typeof client.client_secret === 'string' ? oauth.ClientSecretBasic(client.client_secret) : oauth.None();

  /** Begins an authorization request. */
  const begin = async (parameters: AuthorizationParameters = {}) => {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(as.authorization_endpoint ?? '');
    const all = {
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid profile email',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      ...parameters,
    };
    for (const [name, values] of Object.entries(all))
      for (const value of [values].flat()) url.searchParams.append(name, value);
    return { url, verifier, state };
  };
  type Begun = Awaited<ReturnType<typeof begin>>;

  /** Redeems the code with which the browser came back; the response as it is. */
  const redeem = (
    callback: URL,
    { url, verifier, state }: Begun,
    additionalParameters: Record<string, string> = {},
  ): Promise<Response> =>
    oauth.authorizationCodeGrantRequest(
      as,
      client,
      authentication,
      oauth.validateAuthResponse(as, client, callback, state),
      url.searchParams.get('redirect_uri') ?? redirectUri,
      verifier,
      { ...insecure, additionalParameters },
    );
  const refresh = (
    refreshToken: string,
    additionalParameters: Record<string, string> = {},
  ): Promise<Response> =>
    oauth.refreshTokenGrantRequest(as, client, authentication, refreshToken, {
      ...insecure,
      additionalParameters,
    });

  return {
    as,
    client,
    begin,
    redeem,
    refresh,
    revoke: (token: string): Promise<Response> =>
      oauth.revocationRequest(as, client, authentication, token, insecure),
    /** A person walks through all pages, up to where the browser comes back. */
    walk: (begun: Begun, username: string, cookies = new CookieJar()): Promise<URL> =>
      signIn(begun.url, { username, cookies }),
    /** All of it. */
    signIn: async (
      username: string,
      parameters: AuthorizationParameters = {},
      cookies = new CookieJar(),
    ): Promise<Tokens> => {
      const begun = await begin(parameters);
      return tokensOf(await redeem(await signIn(begun.url, { username, cookies }), begun));
    },
  };
}

/** The tokens of an answer that has some. */
export async function tokensOf(response: Response): Promise<Tokens> {
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return answers.parse(await response.json());
}

/** The answer of a server's `/mcp` to a token. */
export const callWith = (publicUrl: string, token: string): Promise<Response> =>
  fetch(`${publicUrl}/mcp`, { headers: { authorization: `Bearer ${token}` } });

/** What an answer that gives nothing says. */
export async function refusalOf(response: Response) {
  const { error } = z.looseObject({ error: z.string() }).parse(await response.json());
  return { status: response.status, error, retryAfter: response.headers.get('retry-after') ?? undefined };
}

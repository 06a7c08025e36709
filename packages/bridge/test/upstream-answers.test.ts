import { createServer } from 'node:http';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createUpstreamClient, isUpstreamError, type UpstreamError } from '../src/upstream.ts';

const redirectUri = 'http://localhost:3001/oauth/callback';
const state = 'a-state-that-is-made-elsewhere-0123456789';
const clientSecret = 'a-secret-of-at-least-thirty-two-bytes';
const keys = await generateKeyPair('RS256');
const otherKeys = await generateKeyPair('RS256');

type TokenAnswer = { status?: number; headers?: Record<string, string>; body: unknown };

/** An IdP whose token endpoint answers as it is told. */
const startIdp = async (metadata: Record<string, unknown> = {}) => {
  let answer: TokenAnswer = { body: {} };
  let keysGone = false;
  let origin = '';
  const published = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: '1', alg: 'RS256' }] };
  const answers: Record<string, () => TokenAnswer> = {
    '/.well-known/openid-configuration': () => ({
      body: {
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        jwks_uri: `${origin}/jwks`,
        ...metadata,
      },
    }),
    '/jwks': () => (keysGone ? { status: 503, body: '' } : { body: published }),
    '/token': () => answer,
    '/me': () => ({ body: { sub: 'ada' } }),
  };
  const served = await serveOnLoopback(
    createServer((request, response) => {
      const { status = 200, headers, body } = answers[request.url ?? '']?.() ?? { status: 404, body: {} };
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    }),
  );
  origin = `http://localhost:${served.port}`;
  return {
    ...served,
    origin,
    answerWith: (next: TokenAnswer) => {
      answer = next;
    },
    loseKeys: () => {
      keysGone = true;
    },
  };
};

type Idp = Awaited<ReturnType<typeof startIdp>>;

const openIdClient = ({ origin }: Pick<Idp, 'origin'>, production = false) =>
  createUpstreamClient(
    {
      id: 'idp',
      title: 'the IdP',
      server: {
        kind: 'oidc',
        issuer: origin,
        identify: ({ sub }) => ({ id: String(sub), claims: {}, verifiedEmails: [], groups: [] }),
      },
      clientId: 'whoami',
      clientSecret,
      clientAuth: 'client_secret_basic',
      scopes: ['openid'],
    },
    { production },
  );

const oauth2Client = ({ origin }: Idp) =>
  createUpstreamClient({
    id: 'idp',
    title: 'the IdP',
    server: {
      kind: 'oauth2',
      endpoints: {
        kind: 'byHand',
        authorizationEndpoint: `${origin}/authorize?tenant=1`,
        tokenEndpoint: `${origin}/token`,
      },
      identify: async (ask) => {
        const answer = await ask(`${origin}/me`);
        return { id: Object(answer?.body).sub, claims: {}, verifiedEmails: [], groups: [] };
      },
    },
    clientId: 'whoami',
    clientSecret,
    clientAuth: 'client_secret_post',
    scopes: [],
  });

const claimsOf = ({ origin }: Idp, claims: Record<string, unknown> = {}): JWTPayload => {
  const now = Math.floor(Date.now() / 1000);
  return { iss: origin, aud: 'whoami', sub: 'ada', iat: now, exp: now + 300, ...claims };
};

const sign = (claims: JWTPayload, key = keys.privateKey, header = { alg: 'RS256', kid: '1' }) =>
  new SignJWT(claims).setProtectedHeader(header).sign(key);

/** Begins a sign-in whose callback comes, and gives what finishes it with an ID token that is made for its nonce. */
const signInWith = async (idp: Idp, makeIdToken: (nonce: string) => Promise<string> | string, more = {}) => {
  const client = openIdClient(idp);
  const { url, secrets } = await client.begin({ state, redirectUri });
  const nonce = new URL(url).searchParams.get('nonce') ?? '';
  const body = {
    access_token: 'at',
    token_type: 'Bearer',
    expires_in: 300,
    id_token: await makeIdToken(nonce),
  };
  idp.answerWith({ body: { ...body, ...more } });
  const flow = { state, redirectUri, secrets };
  return { client, finish: () => client.finish(new URLSearchParams({ code: 'c', state }), flow) };
};

const failureOf = async (attempt: Promise<unknown>): Promise<UpstreamError> => {
  const error = await attempt.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (!isUpstreamError(error)) throw error;
  return error;
};

describe('an ID token at a sign-in', () => {
  it('is accepted when all is right', async () => {
    await using idp = await startIdp();
    const { finish } = await signInWith(idp, (nonce) => sign(claimsOf(idp, { nonce })));
    expect(await finish()).toMatchObject({ subject: 'idp:ada', provedBy: 'id_token' });
  });

  const secret = new TextEncoder().encode(clientSecret);
  const now = Math.floor(Date.now() / 1000);
  const wrong: Record<string, [code: string, make: (idp: Idp, nonce: string) => Promise<string> | string]> = {
    'the nonce of another sign-in': ['mismatch', (idp) => sign(claimsOf(idp, { nonce: 'another' }))],
    'no nonce': ['mismatch', (idp) => sign(claimsOf(idp))],
    'another issuer': [
      'mismatch',
      (idp, nonce) => sign(claimsOf(idp, { nonce, iss: 'https://attacker.example' })),
    ],
    'another audience': ['mismatch', (idp, nonce) => sign(claimsOf(idp, { nonce, aud: 'another' }))],
    'another authorized party': [
      'mismatch',
      (idp, nonce) => sign(claimsOf(idp, { nonce, aud: ['whoami', 'another'], azp: 'another' })),
    ],
    'an end that has passed': ['refused', (idp, nonce) => sign(claimsOf(idp, { nonce, exp: now - 120 }))],
    'no end': ['refused', (idp, nonce) => sign(claimsOf(idp, { nonce, exp: undefined }))],
    'no subject': ['refused', (idp, nonce) => sign(claimsOf(idp, { nonce, sub: undefined }))],
    'an empty subject': ['refused', (idp, nonce) => sign(claimsOf(idp, { nonce, sub: '' }))],
    'a blank subject': ['refused', (idp, nonce) => sign(claimsOf(idp, { nonce, sub: ' ' }))],
    'the signature of another key': [
      'refused',
      (idp, nonce) => sign(claimsOf(idp, { nonce }), otherKeys.privateKey),
    ],
    'a key that is not published': [
      'refused',
      (idp, nonce) => sign(claimsOf(idp, { nonce }), keys.privateKey, { alg: 'RS256', kid: '2' }),
    ],
    'a signature by the client’s secret': [
      'misconfigured',
      (idp, nonce) => new SignJWT(claimsOf(idp, { nonce })).setProtectedHeader({ alg: 'HS256' }).sign(secret),
    ],
    'no signature': ['refused', (idp, nonce) => new UnsecuredJWT(claimsOf(idp, { nonce })).encode()],
    'no form of one': ['refused', () => 'not-a-token'],
  };
  it.each(Object.entries(wrong))('is not accepted with %s', async (_, [kind, make]) => {
    await using idp = await startIdp();
    const { finish } = await signInWith(idp, (nonce) => make(idp, nonce));
    expect(await failureOf(finish())).toMatchObject({ code: `upstream_${kind}` });
  });

  it('has to be there', async () => {
    await using idp = await startIdp();
    const { finish } = await signInWith(idp, () => '', { id_token: undefined });
    expect(await failureOf(finish())).toMatchObject({ code: 'upstream_refused' });
  });

  it('says nothing while the keys cannot be had', async () => {
    await using idp = await startIdp();
    const { finish } = await signInWith(idp, (nonce) => sign(claimsOf(idp, { nonce })));
    idp.loseKeys();
    expect(await failureOf(finish())).toMatchObject({ code: 'upstream_unavailable' });
  });
});

describe('an ID token at a refresh', () => {
  const refreshed = async (idp: Idp, makeIdToken: (() => Promise<string>) | undefined, more = {}) => {
    const { client, finish } = await signInWith(idp, (nonce) => sign(claimsOf(idp, { nonce })), {
      refresh_token: 'first',
    });
    const { session } = await finish();
    const body = { access_token: 'at', token_type: 'Bearer', id_token: await makeIdToken?.(), ...more };
    idp.answerWith({ body });
    return { client, session };
  };

  it('may be absent, and may lack the nonce', async () => {
    await using idp = await startIdp();
    const absent = await refreshed(idp, undefined);
    expect(await absent.client.revalidate(absent.session)).toMatchObject({
      subject: 'idp:ada',
      provedBy: 'grant',
    });
    const present = await refreshed(idp, () => sign(claimsOf(idp)));
    expect(await present.client.revalidate(present.session)).toMatchObject({ provedBy: 'id_token' });
  });

  it('is of the same person', async () => {
    await using idp = await startIdp();
    const { client, session } = await refreshed(idp, () => sign(claimsOf(idp, { sub: 'grace' })));
    expect(await failureOf(client.revalidate(session))).toMatchObject({ code: 'upstream_mismatch' });
  });

  it('is verified, and a refresh token beside it is kept before that', async () => {
    await using idp = await startIdp();
    const makeIdToken = () => sign(claimsOf(idp), otherKeys.privateKey);
    const { client, session } = await refreshed(idp, makeIdToken, { refresh_token: 'second' });
    const kept: string[] = [];
    const keep = async (next: string) => {
      kept.push(JSON.parse(next).refreshToken);
    };
    expect(await failureOf(client.revalidate(session, keep))).toMatchObject({ code: 'upstream_refused' });
    expect(kept).toEqual(['second']);
  });
});

describe('an answer of a token endpoint without ID tokens', () => {
  const finishWith = async (answer: TokenAnswer, callback: Record<string, string> = { code: 'c', state }) => {
    await using idp = await startIdp();
    const client = oauth2Client(idp);
    const { secrets } = await client.begin({ state, redirectUri });
    idp.answerWith(answer);
    return await client.finish(new URLSearchParams(callback), { state, redirectUri, secrets });
  };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  it.each<[string, TokenAnswer]>([
    ['JSON', { body: { access_token: 'at', token_type: 'bearer', scope: 'a,b' } }],
    [
      'a form',
      {
        headers: form,
        body: 'access_token=at&scope=a%2Cb&token_type=bearer&refresh_token=&expires_in=28800',
      },
    ],
    ['a list of scopes', { body: { access_token: 'at', scope: ['a'], expires_in: 'soon' } }],
    ['no token_type', { body: { access_token: 'at' } }],
    ['a token_type of its own', { body: { access_token: 'at', token_type: 'user', ok: true } }],
    [
      'an ID token that is not asked for',
      { body: { access_token: 'at', token_type: 'bearer', id_token: 'x' } },
    ],
  ])('is read as %s', async (_, answer) => {
    expect(await finishWith(answer)).toMatchObject({ subject: 'idp:ada', provedBy: 'api' });
  });

  const errors: [kind: string, answer: TokenAnswer][] = [
    ['refused', { body: { error: 'bad_verification_code', error_description: 'SECRET-TEXT' } }],
    ['refused', { status: 400, body: { error: 'invalid_grant', error_description: 'SECRET-TEXT' } }],
    ['refused', { status: 400, body: { error: 'SECRET-TEXT' } }],
    ['misconfigured', { body: { access_token: 'at', token_type: 'DPoP' } }],
    ['misconfigured', { body: { error: 'incorrect_client_credentials' } }],
    ['misconfigured', { headers: form, body: 'error=redirect_uri_mismatch&error_description=SECRET-TEXT' }],
    ['misconfigured', { status: 401, body: { error: 'invalid_client' } }],
    ['misconfigured', { status: 401, body: {} }],
    ['misconfigured', { status: 404, body: { error: 'Not Found' } }],
    ['unavailable', { status: 500, body: { error: 'invalid_grant' } }],
    ['unavailable', { status: 429, body: { error: 'invalid_grant' } }],
    ['unavailable', { body: { error: 'temporarily_unavailable' } }],
    ['unavailable', { status: 403, headers: { 'x-ratelimit-remaining': '0' }, body: {} }],
    ['unavailable', { status: 302, headers: { location: 'https://attacker.example/' }, body: '' }],
    ['unavailable', { status: 400, headers: { 'content-type': 'text/html' }, body: '<p>SECRET-TEXT' }],
    ['unavailable', { body: {} }],
    ['unavailable', { body: [] }],
    ['unavailable', { body: 'x'.repeat(300 * 1024) }],
  ];
  it.each(errors)('is %s by %j', async (kind, answer) => {
    const failure = await failureOf(finishWith(answer));
    expect(failure.code).toBe(`upstream_${kind}`);
    expect(failure.message + failure.logMessage + failure.stack + String(failure.cause)).not.toContain(
      'SECRET-TEXT',
    );
  });

  it.each<[string, string]>([
    ['access_denied', 'denied'],
    ['temporarily_unavailable', 'unavailable'],
    ['redirect_uri_mismatch', 'misconfigured'],
    ['application_suspended', 'misconfigured'],
    ['SECRET-TEXT', 'refused'],
  ])('is not waited for when the browser comes back with %s', async (error, kind) => {
    const failure = await failureOf(
      finishWith({ body: {} }, { error, error_description: 'SECRET-TEXT', state }),
    );
    expect(failure.code).toBe(`upstream_${kind}`);
    expect(failure.message + failure.logMessage).not.toContain('SECRET-TEXT');
  });

  it('is sent for with the state alone that was given, whatever `iss` says', async () => {
    const answer = { body: { access_token: 'at' } };
    const iss = 'https://unknown.example';
    expect(await finishWith(answer, { code: 'c', state, iss })).toMatchObject({ subject: 'idp:ada' });
    expect(await failureOf(finishWith(answer, { code: 'c', state: 'x' }))).toMatchObject({
      code: 'upstream_mismatch',
    });
  });

  it('keeps what the authorization endpoint has in its query, and sends no nonce', async () => {
    await using idp = await startIdp();
    const { url } = await oauth2Client(idp).begin({ state, redirectUri });
    const { searchParams } = new URL(url);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      tenant: '1',
      code_challenge_method: 'S256',
      state,
    });
    expect(['nonce', 'scope', 'resource'].filter((name) => searchParams.has(name))).toEqual([]);
  });
});

describe('metadata in production', () => {
  it('may not name an endpoint over plain http to another machine', async () => {
    await using idp = await startIdp({ token_endpoint: 'http://idp.internal/token' });
    await openIdClient(idp).begin({ state, redirectUri });
    expect(await failureOf(openIdClient(idp, true).begin({ state, redirectUri }))).toMatchObject({
      code: 'upstream_misconfigured',
    });
  });
});

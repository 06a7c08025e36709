import type { OpenIdUpstream, Upstream } from '@mcp-whoami/provider';
import { ada, type StandIn, type StandInOptions, signIn, startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { createUpstreamClient, isUpstreamError, type UpstreamError } from '../src/upstream.ts';

const redirectUri = 'http://localhost:3001/oauth/callback';
const state = 'a-state-that-is-made-elsewhere-0123456789';

const upstreamOf = (idp: StandIn, server: Partial<OpenIdUpstream> = {}): Upstream => ({
  id: 'idp',
  title: 'the IdP',
  server: {
    kind: 'oidc',
    issuer: idp.issuer,
    asksUserinfo: true,
    identify: ({ sub, email, email_verified, ...claims }) => ({
      id: String(sub),
      claims: { name: claims.name },
      verifiedEmails: email_verified === true ? [String(email)] : [],
      groups: [],
    }),
    ...server,
  },
  clientId: bridgeClient.client_id,
  clientSecret: bridgeClient.client_secret,
  clientAuth: 'client_secret_basic',
  scopes: ['openid', 'profile', 'email'],
  scopesWhereSupported: ['offline_access'],
});

const bridgeClient = {
  client_id: 'bridge.client-1_x',
  client_secret: 'a secret/with+%:all~of-it',
  token_endpoint_auth_method: 'client_secret_basic',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
} satisfies NonNullable<StandInOptions['clients']>[number];

const startIdp = (options: StandInOptions = {}) =>
  startStandIn({
    accessTokens: 'opaque',
    resource: 'ignored',
    registration: 'off',
    ...options,
    clients: [bridgeClient],
  });

/** Signs Ada in as far as the callback. */
const goToCallback = async (upstream: Upstream) => {
  const client = createUpstreamClient(upstream);
  const { url, secrets } = await client.begin({ state, redirectUri });
  const callback = await signIn(url, { username: ada.sub });
  return {
    client,
    url: new URL(url),
    callback: callback.searchParams,
    flow: { state, redirectUri, secrets },
  };
};

const signInAt = async (upstream: Upstream) => {
  const { client, callback, flow } = await goToCallback(upstream);
  return { client, signedIn: await client.finish(callback, flow) };
};

const failureOf = async (attempt: Promise<unknown>): Promise<UpstreamError> => {
  const error = await attempt.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (!isUpstreamError(error)) throw error;
  return error;
};

describe('signing in at an OpenID Connect provider', () => {
  it.each(['RS256', 'ES256', 'EdDSA'] as const)(
    'proves who it is by an ID token signed with %s',
    async (signingAlg) => {
      await using idp = await startIdp({ signingAlg });
      const { signedIn } = await signInAt(upstreamOf(idp));
      expect(signedIn).toMatchObject({
        subject: 'idp:ada',
        identity: { id: 'ada', claims: { name: ada.name }, verifiedEmails: [ada.email] },
        provedBy: 'id_token',
      });
    },
  );

  it('sends PKCE, a nonce and offline_access, and no resource', async () => {
    await using idp = await startIdp();
    const { url } = await goToCallback(upstreamOf(idp));
    const parameters = Object.fromEntries(url.searchParams);
    expect(parameters).toMatchObject({
      code_challenge_method: 'S256',
      state,
      redirect_uri: redirectUri,
      scope: 'openid profile email offline_access',
      prompt: 'consent',
    });
    expect(parameters.nonce).toMatch(/^[\w-]{43}$/);
    expect(parameters.code_challenge).toMatch(/^[\w-]{43}$/);
    expect(parameters).not.toHaveProperty('resource');
  });

  it('does not ask for offline_access where the metadata does not have it', async () => {
    await using idp = await startIdp({
      transformMetadata: (document) => ({ ...document, scopes_supported: ['openid'] }),
    });
    const { url } = await createUpstreamClient(upstreamOf(idp)).begin({ state, redirectUri });
    expect(new URL(url).searchParams.get('scope')).toBe('openid profile email');
    expect(new URL(url).searchParams.has('prompt')).toBe(false);
  });

  it.each<[string, number, unknown, string]>([
    ['another person', 200, { sub: 'grace' }, 'mismatch'],
    ['nobody', 200, {}, 'mismatch'],
    ['a refusal', 401, {}, 'refused'],
    ['an outage', 503, {}, 'unavailable'],
    ['no object', 200, [], 'unavailable'],
  ])('does not go on when userinfo answers with %s', async (_, status, body, kind) => {
    await using idp = await startIdp();
    const { client, callback, flow } = await goToCallback(upstreamOf(idp));
    idp.fail('userinfo', { status, body });
    expect(await failureOf(client.finish(callback, flow))).toMatchObject({ code: `upstream_${kind}` });
  });

  it.each<[string, Record<string, unknown>, string | undefined]>([
    ['for this client', {}, undefined],
    ['for another client', { aud: 'another' }, 'upstream_mismatch'],
    ['by another issuer', { iss: 'https://attacker.example' }, 'upstream_mismatch'],
  ])('reads userinfo that is signed %s', async (_, changes, code) => {
    await using idp = await startIdp();
    const { client, callback, flow } = await goToCallback(upstreamOf(idp));
    const claims = { iss: idp.issuer, aud: bridgeClient.client_id, sub: 'ada', name: 'Signed', ...changes };
    const headers = { 'content-type': 'application/jwt' };
    idp.fail('userinfo', { status: 200, headers, body: idp.signJwt(claims) });
    const finished = client.finish(callback, flow);
    if (code === undefined) expect((await finished).identity.claims).toEqual({ name: 'Signed' });
    else expect(await failureOf(finished)).toMatchObject({ code });
  });

  const wrongCallbacks: Record<string, (callback: URLSearchParams) => void> = {
    'another state': (callback) => callback.set('state', 'another'),
    'no state': (callback) => callback.delete('state'),
    'two states': (callback) => callback.append('state', state),
    'another issuer': (callback) => callback.set('iss', 'https://attacker.example'),
    'no issuer, which is promised': (callback) => callback.delete('iss'),
    'neither code nor error': (callback) => callback.delete('code'),
  };
  it.each(Object.entries(wrongCallbacks))(
    'refuses a callback with %s, and spends no code',
    async (_, change) => {
      await using idp = await startIdp();
      const { client, callback, flow } = await goToCallback(upstreamOf(idp));
      const wrong = new URLSearchParams(callback);
      change(wrong);
      expect(await failureOf(client.finish(wrong, flow))).toMatchObject({ code: 'upstream_mismatch' });
      expect(idp.requests.count('token')).toBe(0);
    },
  );

  it('refuses an ID token with the nonce of another sign-in', async () => {
    await using idp = await startIdp();
    const { client, callback, flow } = await goToCallback(upstreamOf(idp));
    const other = { ...flow, secrets: { ...flow.secrets, nonce: 'another' } };
    expect(await failureOf(client.finish(callback, other))).toMatchObject({ code: 'upstream_mismatch' });
  });

  it('has no use for a code with another verifier', async () => {
    await using idp = await startIdp();
    const { client, callback, flow } = await goToCallback(upstreamOf(idp));
    const other = { ...flow, secrets: { ...flow.secrets, codeVerifier: 'x'.repeat(43) } };
    expect(await failureOf(client.finish(callback, other))).toMatchObject({ code: 'upstream_refused' });
  });

  it('says that the person cancelled', async () => {
    await using idp = await startIdp();
    const { client, flow, callback } = await goToCallback(upstreamOf(idp));
    const denied = new URLSearchParams({
      error: 'access_denied',
      error_description: 'a text of the IdP',
      state,
      iss: callback.get('iss') ?? '',
    });
    const failure = await failureOf(client.finish(denied, flow));
    expect(failure.code).toBe('upstream_denied');
    expect(failure.message + failure.logMessage).not.toContain('a text of the IdP');
  });

  it('says that this server’s secret is wrong, without showing it', async () => {
    await using idp = await startIdp();
    const { client, callback, flow } = await goToCallback({
      ...upstreamOf(idp),
      clientSecret: 'wrong-secret',
    });
    const failure = await failureOf(client.finish(callback, flow));
    expect(failure).toMatchObject({
      code: 'upstream_misconfigured',
      logMessage: expect.stringContaining('clientSecret'),
    });
    expect(failure.logMessage).not.toContain('wrong-secret');
  });

  it('refuses an ID token that no published key has signed', async () => {
    await using idp = await startIdp({ transformJwks: () => ({ keys: [] }) });
    const { client, callback, flow } = await goToCallback(upstreamOf(idp));
    expect(await failureOf(client.finish(callback, flow))).toMatchObject({ code: 'upstream_refused' });
  });

  it('finds a key that is new', async () => {
    await using idp = await startIdp();
    const { client } = await signInAt(upstreamOf(idp));
    await idp.rotateKeys();
    const { url, secrets } = await client.begin({ state, redirectUri });
    const { searchParams } = await signIn(url, { username: ada.sub });
    expect(await client.finish(searchParams, { state, redirectUri, secrets })).toMatchObject({
      subject: 'idp:ada',
    });
  });

  it('refuses metadata of another issuer', async () => {
    await using idp = await startIdp();
    const upstream = upstreamOf(idp, { issuer: `${idp.issuer}/`, discoveryUrl: idp.discoveryUrl });
    const failure = await failureOf(createUpstreamClient(upstream).begin({ state, redirectUri }));
    expect(failure).toMatchObject({ code: 'upstream_misconfigured' });
  });

  it('is not poisoned by metadata that could not be had', async () => {
    await using idp = await startIdp();
    const client = createUpstreamClient(upstreamOf(idp));
    idp.fail('metadata', 'status-503');
    expect(await failureOf(client.begin({ state, redirectUri }))).toMatchObject({
      code: 'upstream_unavailable',
      retryAfter: 5,
    });
    idp.recover();
    await client.begin({ state, redirectUri });
    await client.begin({ state, redirectUri });
    expect(idp.requests.count('metadata')).toBe(2);
  });

  it('reaches the IdP as its metadata, and sends the browser to the public address', async () => {
    await using idp = await startIdp();
    const discoveryUrl = idp.discoveryUrl?.replace('localhost', '127.0.0.1');
    const { url, callback, client, flow } = await goToCallback(upstreamOf(idp, { discoveryUrl }));
    expect(url.origin).toBe(idp.origin);
    expect(await client.finish(callback, flow)).toMatchObject({ subject: 'idp:ada' });
  });
});

describe('asking an OpenID Connect provider again', () => {
  it('refreshes, and keeps what replaces the refresh token before anything else', async () => {
    await using idp = await startIdp();
    const { client, signedIn } = await signInAt(upstreamOf(idp));
    const kept: string[] = [];
    const again = await client.revalidate(signedIn.session, async (session) => {
      kept.push(session);
    });
    expect(again).toMatchObject({ subject: 'idp:ada', provedBy: 'id_token', identity: signedIn.identity });
    expect(await client.revalidate(again.session)).toMatchObject({ subject: 'idp:ada' });
    for (const session of kept) expect(session).not.toBe(signedIn.session);
  });

  it.concurrent.each([
    'hang',
    'status-500',
    'status-429',
    'status-502-html',
    'html-200',
    'empty-200',
    'json-array',
    'truncated-json',
    'redirect',
    'huge',
    'reset-mid-body',
  ] as const)('does not know anything while the token endpoint fails: %s', async (mode) => {
    await using idp = await startIdp();
    const { client, signedIn } = await signInAt(upstreamOf(idp));
    idp.fail('token', mode);
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({
      code: 'upstream_unavailable',
    });
    idp.recover();
    expect(await client.revalidate(signedIn.session)).toMatchObject({ subject: 'idp:ada' });
  });

  it('does not know anything while nothing listens', async () => {
    await using idp = await startIdp();
    const { client, signedIn } = await signInAt(upstreamOf(idp));
    await idp.stopListening();
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({
      code: 'upstream_unavailable',
    });
  });

  it('refuses whose grant was revoked', async () => {
    await using idp = await startIdp();
    const { client, signedIn } = await signInAt(upstreamOf(idp));
    const body = { error: 'invalid_grant', error_description: 'a text of the IdP' };
    idp.fail('token', { status: 400, body });
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({ code: 'upstream_refused' });
  });

  it('without a refresh token asks userinfo, and refuses when that refuses', async () => {
    await using idp = await startIdp();
    const { client, signedIn } = await signInAt({ ...upstreamOf(idp), scopesWhereSupported: [] });
    const { accessToken, refreshToken } = JSON.parse(signedIn.session);
    expect(refreshToken).toBeUndefined();
    expect(await client.revalidate(signedIn.session)).toMatchObject({ subject: 'idp:ada', provedBy: 'api' });
    await idp.revoke(accessToken);
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({ code: 'upstream_refused' });
  });

  it('without a refresh token asks nobody once the access token has ended, and what was said stands', async () => {
    await using idp = await startIdp({ accessTokenLifetime: 30 });
    const { client, signedIn } = await signInAt({ ...upstreamOf(idp), scopesWhereSupported: [] });
    const asked = idp.requests.count('userinfo');
    expect(await client.revalidate(signedIn.session)).toMatchObject({
      subject: 'idp:ada',
      provedBy: 'grant',
      identity: signedIn.identity,
    });
    expect(idp.requests.count('userinfo')).toBe(asked);
  });

  it('takes no address for verified because another one was', async () => {
    let answer: object = { email: 'ada@example.com', email_verified: true };
    await using idp = await startIdp({
      idTokenClaims: (claims) => ({ ...claims, email: 'boss@example.com' }),
      userinfoAnswer: () => ({ status: 200, body: { sub: ada.sub, ...answer } }),
    });
    const unverified = await signInAt(upstreamOf(idp));
    expect(unverified.signedIn.identity.verifiedEmails).toEqual([]);

    await using other = await startIdp({
      idTokenClaims: (claims) => ({ ...claims, email: 'ada@example.com', email_verified: true }),
      userinfoAnswer: () => ({ status: 200, body: { sub: ada.sub, ...answer } }),
    });
    answer = {};
    const { client, signedIn } = await signInAt({ ...upstreamOf(other), scopesWhereSupported: [] });
    expect(signedIn.identity.verifiedEmails).toEqual(['ada@example.com']);
    answer = { email: 'boss@example.com' };
    expect((await client.revalidate(signedIn.session)).identity.verifiedEmails).toEqual([]);
  });

  it('without a refresh token keeps no group that userinfo no longer names, also once it cannot be asked', async () => {
    let groups: object = { groups: ['staff'] };
    await using idp = await startIdp({
      userinfoAnswer: () => ({ status: 200, body: { sub: ada.sub, ...groups } }),
    });
    const { client, signedIn } = await signInAt({
      ...upstreamOf(idp, {
        identify: ({ sub, groups: named }) => ({
          id: String(sub),
          claims: {},
          verifiedEmails: [],
          groups: Array.isArray(named) ? named : [],
        }),
      }),
      scopesWhereSupported: [],
    });
    expect(signedIn.identity.groups).toEqual(['staff']);
    groups = {};
    const again = await client.revalidate(signedIn.session);
    expect(again.identity.groups).toEqual([]);
    const ended = JSON.stringify({ ...JSON.parse(again.session), expiresAt: 1 });
    expect(await client.revalidate(ended)).toMatchObject({ provedBy: 'grant', identity: { groups: [] } });
  });

  it('without a refresh token and userinfo introspects the access token', async () => {
    await using idp = await startIdp({
      introspection: true,
      transformMetadata: ({ userinfo_endpoint: _, ...document }) => document,
    });
    const { client, signedIn } = await signInAt({ ...upstreamOf(idp), scopesWhereSupported: [] });
    const again = await client.revalidate(signedIn.session);
    expect(again).toMatchObject({ subject: 'idp:ada', provedBy: 'grant', identity: signedIn.identity });
    idp.fail('introspection', 'html-200');
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({
      code: 'upstream_unavailable',
    });
    idp.recover();
    await idp.revoke(JSON.parse(signedIn.session).accessToken);
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({ code: 'upstream_refused' });
  });

  it('refuses what is no session', async () => {
    await using idp = await startIdp();
    const client = createUpstreamClient(upstreamOf(idp));
    for (const text of ['', 'null', '{}', '{"id":""}', 'x']) {
      expect(await failureOf(client.revalidate(text))).toMatchObject({ code: 'upstream_refused' });
    }
  });

  it('keeps in the session no more than is needed', async () => {
    await using idp = await startIdp();
    const { signedIn } = await signInAt(upstreamOf(idp));
    const { id, claims, refreshToken, ...others } = JSON.parse(signedIn.session);
    expect({ id, others, refreshToken: typeof refreshToken }).toEqual({
      id: 'ada',
      others: {},
      refreshToken: 'string',
    });
    expect(Object.keys(claims).toSorted()).toEqual(['aud', 'iss', 'sub']);
  });
});

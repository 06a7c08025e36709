import { decodeProtectedHeader } from 'jose';
import { expect, it } from 'vitest';
import { adaAtGoogle, graceAtGoogle, startGoogleLike } from '../../src/index.ts';
import { getJson, postForm } from '../http.ts';
import { startBridge } from './openid.ts';
import { authorize, callback, challenge } from './walk.ts';

const only = { redirectUri: callback, signInAs: adaAtGoogle };
const offline = { access_type: 'offline' };

it('says who it is in an ID token, with the domain of a Workspace account alone', async () => {
  await using google = await startGoogleLike(only);
  const bridge = await startBridge(google);
  const { tokens, claims } = await bridge.signIn();
  expect(claims).toMatchObject({
    iss: google.origin,
    azp: google.client.id,
    sub: adaAtGoogle.sub,
    hd: 'example.com',
    email: 'ada@example.com',
    email_verified: true,
    name: 'Ada Lovelace',
    given_name: 'Ada',
  });
  expect(tokens.scope).toBe(
    'openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile',
  );
  expect(tokens.access_token).toMatch(/^ya29\./);
  google.signInAs(graceAtGoogle);
  expect((await bridge.signIn()).claims).not.toHaveProperty('hd');
  expect((await (await startBridge(google, 'openid')).signIn()).claims).not.toHaveProperty('email');
});

it('gives a refresh token for offline access, the first time or with consent', async () => {
  await using google = await startGoogleLike(only);
  const { signIn } = await startBridge(google);
  expect((await signIn()).tokens.refresh_token).toBeUndefined();
  expect((await signIn(offline)).tokens.refresh_token).toMatch(/^1\/\/0/);
  expect((await signIn(offline)).tokens.refresh_token).toBeUndefined();
  expect((await signIn({ ...offline, prompt: 'consent' })).tokens.refresh_token).toBeDefined();
});

it('refreshes without a new refresh token, and with or without an ID token', async () => {
  await using google = await startGoogleLike(only);
  const bridge = await startBridge(google);
  const { tokens } = await bridge.signIn(offline);
  google.change(adaAtGoogle, { hd: 'new.example' });
  for (let count = 0; count < 2; count += 1) {
    const refreshed = await bridge.refresh(tokens.refresh_token);
    expect(refreshed.tokens.refresh_token).toBeUndefined();
    expect(refreshed.claims).toMatchObject({ sub: adaAtGoogle.sub, hd: 'new.example' });
    expect(refreshed.claims).not.toHaveProperty('nonce');
  }
  await using silent = await startGoogleLike({ ...only, idTokenAtRefresh: false });
  const other = await startBridge(silent);
  const { refresh_token } = (await other.signIn(offline)).tokens;
  expect((await other.refresh(refresh_token)).tokens.id_token).toBeUndefined();
});

it('refuses a refresh token that is revoked, over its lifetime or of a disabled account', async () => {
  await using google = await startGoogleLike({ ...only, refreshTokenLifetime: 604_800 });
  const bridge = await startBridge(google);
  const refused = (token: string | undefined) =>
    expect(bridge.refresh(token)).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
  const { tokens } = await bridge.signIn(offline);
  expect(tokens.refresh_token_expires_in).toBe(604_799);
  google.advance(604_799_000);
  await bridge.refresh(tokens.refresh_token);
  google.advance(1000);
  await refused(tokens.refresh_token);

  const second = (await bridge.signIn({ ...offline, prompt: 'consent' })).tokens.refresh_token;
  google.change(adaAtGoogle, { disabled: true });
  await refused(second);
  google.change(adaAtGoogle, { disabled: false });
  await bridge.refresh(second);
  google.revoke(adaAtGoogle);
  await refused(second);
  // Whoever took the access away is asked again.
  expect((await bridge.signIn(offline)).tokens.refresh_token).toBeDefined();
});

it('lets the oldest of more than a hundred refresh tokens die', async () => {
  await using google = await startGoogleLike(only);
  const bridge = await startBridge(google);
  const tokens: (string | undefined)[] = [];
  for (let count = 0; count < 101; count += 1) {
    tokens.push((await bridge.signIn({ ...offline, prompt: 'consent' })).tokens.refresh_token);
  }
  await expect(bridge.refresh(tokens[0])).rejects.toMatchObject({ error: 'invalid_grant' });
  await bridge.refresh(tokens[1]);
});

it('shows a page of its own for a scope, a redirect or a client that it does not know', async () => {
  await using google = await startGoogleLike(only);
  const scope = 'openid email';
  const refused = [
    [{ scope: `${scope} offline_access` }, 400, 'invalid_scope'],
    [{ scope, redirect_uri: `${callback}/below` }, 400, 'redirect_uri_mismatch'],
    [{ scope, client_id: 'another' }, 401, 'invalid_client'],
    [{}, 400, 'Missing required parameter: scope'],
    [{ scope, response_type: 'token' }, 400, 'unsupported_response_type'],
  ] as const;
  for (const [parameters, status, text] of refused) {
    const answer = await authorize(google, parameters);
    expect(answer).toMatchObject({ status, location: null, text: expect.stringContaining(text) });
  }
});

it('takes no notice of a resource, and logs it', async () => {
  await using google = await startGoogleLike(only);
  const { claims } = await (await startBridge(google)).signIn({ resource: 'http://localhost:3001/mcp' });
  expect(claims?.aud).toBe(google.client.id);
  expect(google.requests.some(({ query }) => 'resource' in query)).toBe(true);
});

it('redeems a code once, with the verifier, the redirect URI and the secret it belongs to', async () => {
  await using google = await startGoogleLike(only);
  const { answer } = await authorize(google, { scope: 'openid', ...challenge });
  const { id, secret } = google.client;
  const form = {
    grant_type: 'authorization_code',
    code: answer.code ?? '',
    redirect_uri: callback,
    client_id: id,
    client_secret: secret,
  };
  const ask = async (more: Record<string, string>) => {
    const { status, body } = await postForm(google.tokenEndpoint, { ...form, ...more });
    return [status, body.error, body.error_description];
  };
  expect(await ask({ client_secret: 'another' })).toEqual([401, 'invalid_client', 'Unauthorized']);
  expect(await ask({})).toEqual([400, 'invalid_grant', 'Missing code verifier.']);
  expect(await ask({ code_verifier: 'x' })).toEqual([400, 'invalid_grant', 'Invalid code verifier.']);
  expect((await ask({ redirect_uri: `${callback}2` }))[1]).toBe('redirect_uri_mismatch');
  expect((await ask({ grant_type: 'password' }))[1]).toBe('unsupported_grant_type');
});

it('names itself in the redirect as its metadata promise, without a promise, or not', async () => {
  const kinds = [
    ['declared', true, true],
    ['undeclared', true, undefined],
    ['absent', false, undefined],
  ] as const;
  for (const [issuerInResponse, sent, promised] of kinds) {
    await using google = await startGoogleLike({ ...only, issuerInResponse });
    const { answer } = await authorize(google, { scope: 'openid' });
    expect(answer.iss).toBe(sent ? google.issuer : undefined);
    const { body } = await getJson(google.discoveryUrl);
    expect(body.authorization_response_iss_parameter_supported).toBe(promised);
  }
});

it('says of an access token whose and for whom it is, until it ends', async () => {
  await using google = await startGoogleLike(only);
  const { tokens } = await (await startBridge(google)).signIn();
  const info = () => getJson(`${google.tokeninfoUrl}?access_token=${tokens.access_token}`);
  expect((await info()).body).toMatchObject({
    aud: google.client.id,
    sub: adaAtGoogle.sub,
    email_verified: 'true',
  });
  expect((await getJson(google.userinfoUrl, tokens.access_token)).body.hd).toBe('example.com');
  expect((await postForm(google.revocationUrl, { token: tokens.access_token })).status).toBe(200);
  expect((await info()).status).toBe(400);
  expect((await getJson(google.userinfoUrl, tokens.access_token)).status).toBe(401);
});

it('lets an access token live for an hour', async () => {
  await using google = await startGoogleLike(only);
  const { tokens } = await (await startBridge(google)).signIn();
  google.advance(3_599_000);
  expect((await getJson(google.userinfoUrl, tokens.access_token)).status).toBe(401);
});

it('signs with a new key, which the key set has alone', async () => {
  await using google = await startGoogleLike(only);
  const before = (await (await startBridge(google)).signIn()).tokens.id_token ?? '';
  await google.rotateKeys();
  // Another bridge, as the first keeps the keys for a while.
  await (await startBridge(google)).signIn();
  const { text } = await getJson(google.jwksUrl);
  expect(text).not.toContain(decodeProtectedHeader(before).kid);
});

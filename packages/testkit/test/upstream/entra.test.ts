import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import {
  adaAtEntra,
  type EntraLikeOptions,
  entraConsumers,
  entraError,
  entraTenant,
  graceAtEntra,
  signIn,
  startEntraLike,
} from '../../src/index.ts';
import { getJson, postForm } from '../http.ts';
import { startBridge } from './openid.ts';
import { authorizationUrl, authorize, callback, challenge, verifier } from './walk.ts';

const only = { redirectUri: callback, signInAs: adaAtEntra } satisfies EntraLikeOptions;
const scope = 'openid profile email offline_access';

it('says who it is in an ID token of the tenant', async () => {
  await using entra = await startEntraLike(only);
  const { tokens, claims } = await (await startBridge(entra, scope)).signIn();
  expect(claims).toMatchObject({
    iss: `${entra.origin}/${entraTenant}/v2.0`,
    oid: adaAtEntra.oid,
    tid: entraTenant,
    preferred_username: 'ada@example.com',
    email: 'ada@example.com',
    xms_edov: true,
    groups: adaAtEntra.groups,
    roles: ['Engineer'],
    ver: '2.0',
  });
  expect(claims).not.toHaveProperty('email_verified');
  expect(tokens.scope).toBe('openid profile email');
  expect(() => decodeJwt(tokens.access_token)).toThrow();
  expect((await getJson(entra.userinfoUrl, tokens.access_token)).body.sub).toBe(claims?.sub);
});

it('says little without the scopes profile and email, and nothing of an address that nobody looked at', async () => {
  await using entra = await startEntraLike(only);
  const { claims } = await (await startBridge(entra, 'openid')).signIn();
  for (const name of ['oid', 'name', 'email']) expect(claims).not.toHaveProperty(name);
  entra.signInAs(graceAtEntra);
  const grace = (await (await startBridge(entra, scope)).signIn()).claims;
  expect(grace).toMatchObject({ email: 'grace@example.com' });
  expect(grace).not.toHaveProperty('xms_edov');
});

it('has another subject for each client', async () => {
  await using one = await startEntraLike(only);
  await using two = await startEntraLike({ ...only, client: { id: 'another', secret: 'another' } });
  const subjects = [];
  for (const entra of [one, two]) subjects.push((await (await startBridge(entra)).signIn()).claims?.sub);
  expect(new Set(subjects).size).toBe(2);
});

it('gives a refresh token for offline_access, and another with each refresh', async () => {
  await using entra = await startEntraLike(only);
  expect((await (await startBridge(entra)).signIn()).tokens.refresh_token).toBeUndefined();
  const bridge = await startBridge(entra, scope);
  const first = (await bridge.signIn()).tokens.refresh_token;
  entra.change(adaAtEntra, { roles: [] });
  const refreshed = await bridge.refresh(first);
  expect(refreshed.claims).toMatchObject({ oid: adaAtEntra.oid, roles: [] });
  expect(refreshed.tokens.refresh_token).not.toBe(first);
  await bridge.refresh(first);
  entra.advance(90 * 86_400_000);
  await expect(bridge.refresh(first)).rejects.toMatchObject({ error: 'invalid_grant' });
});

it('refuses tokens of an account that is disabled or has been signed out everywhere', async () => {
  await using entra = await startEntraLike(only);
  const bridge = await startBridge(entra, scope);
  const token = (await bridge.signIn()).tokens.refresh_token;
  entra.change(adaAtEntra, { disabled: true });
  await expect(bridge.refresh(token)).rejects.toMatchObject({
    error: 'invalid_grant',
    cause: { error_codes: [50057], trace_id: expect.any(String) },
  });
  entra.change(adaAtEntra, { disabled: false });
  entra.revoke(adaAtEntra);
  await expect(bridge.refresh(token)).rejects.toMatchObject({ cause: { error_codes: [700082] } });
});

it('refuses a resource at both endpoints', async () => {
  const resource = 'http://localhost:3001/mcp';
  for (const [resourceError, error] of [
    ['AADSTS901002', 'invalid_request'],
    ['AADSTS9010010', 'invalid_target'],
  ] as const) {
    await using entra = await startEntraLike({ ...only, resourceError });
    const asked = await authorize(entra, { scope, resource });
    expect(asked.answer).toMatchObject({
      error,
      error_description: expect.stringContaining(resourceError),
      state: 'a-state',
    });
    const { id, secret } = entra.client;
    const { status, body } = await postForm(entra.tokenEndpoint, {
      grant_type: 'refresh_token',
      client_id: id,
      client_secret: secret,
      resource,
    });
    expect([status, body.error, body.error_codes]).toEqual([400, error, [Number(resourceError.slice(6))]]);
  }
});

it('accepts S256 and does not list it', async () => {
  await using entra = await startEntraLike(only);
  expect((await getJson(entra.discoveryUrl)).body).not.toHaveProperty('code_challenge_methods_supported');
  const { answer } = await authorize(entra, { scope, ...challenge });
  const { id, secret } = entra.client;
  const ask = (more: Record<string, string>) =>
    postForm(entra.tokenEndpoint, {
      grant_type: 'authorization_code',
      code: answer.code ?? '',
      redirect_uri: callback,
      client_id: id,
      client_secret: secret,
      ...more,
    });
  expect((await ask({ code_verifier: 'x' })).body.error_codes).toEqual([501481]);
  expect((await ask({ code_verifier: verifier, client_secret: 'x' })).status).toBe(401);
  expect((await ask({ code_verifier: verifier })).status).toBe(200);
  expect((await ask({ code_verifier: verifier })).body.error).toBe('invalid_grant');
});

it('names a template as the issuer of many tenants, and signs as the tenant of the account', async () => {
  const accounts = [{ ...adaAtEntra, tid: 'another-tenant' }];
  for (const tenant of ['common', 'organizations']) {
    await using entra = await startEntraLike({ redirectUri: callback, tenant, accounts });
    expect(entra.issuer).toBe(`${entra.origin}/${tenant}/v2.0`);
    expect((await getJson(entra.discoveryUrl)).body.issuer).toBe(`${entra.origin}/{tenantid}/v2.0`);
    const { text } = await getJson(entra.jwksUrl);
    expect(text).toContain(`${entra.origin}/{tenantid}/v2.0`);
    expect(text).not.toContain('"alg"');
    const { answer } = await authorize(entra, { scope });
    const { body } = await postForm(entra.tokenEndpoint, {
      grant_type: 'authorization_code',
      code: answer.code ?? '',
      redirect_uri: callback,
      client_id: entra.client.id,
      client_secret: entra.client.secret,
    });
    expect(decodeJwt(String(body.id_token)).iss).toBe(`${entra.origin}/another-tenant/v2.0`);
  }
});

it('lets nobody of another tenant in', async () => {
  const stranger = { ...adaAtEntra, tid: 'another-tenant' };
  const consumer = { ...adaAtEntra, tid: entraConsumers };
  await using single = await startEntraLike({ redirectUri: callback, accounts: [stranger] });
  await using organizations = await startEntraLike({
    redirectUri: callback,
    accounts: [consumer],
    tenant: 'organizations',
  });
  for (const entra of [single, organizations]) {
    expect(await authorize(entra, { scope })).toMatchObject({
      status: 400,
      text: expect.stringContaining('AADSTS50020'),
    });
  }
});

it('says where to ask for more groups than a token holds', async () => {
  const groups = Array.from({ length: 201 }, (_, index) => `group-${index}`);
  await using entra = await startEntraLike({ ...only, accounts: [{ ...adaAtEntra, groups }] });
  const { claims } = await (await startBridge(entra, scope)).signIn();
  expect(claims).not.toHaveProperty('groups');
  expect(claims).toMatchObject({ _claim_names: { groups: 'src1' } });
});

it('shows a page for a redirect or a client that it does not know, and comes back from the others', async () => {
  await using entra = await startEntraLike({ redirectUri: callback });
  const elsewhere = await authorize(entra, { scope, redirect_uri: `${callback}/below` });
  expect(elsewhere).toMatchObject({ status: 400, text: expect.stringContaining('AADSTS50011') });
  expect((await authorize(entra, { client_id: 'another' })).text).toContain('AADSTS700016');
  expect((await authorize(entra)).answer.error_description).toContain('AADSTS900144');

  const url = authorizationUrl(entra, { scope });
  expect((await signIn(url, { username: 'grace@example.com' })).searchParams.has('code')).toBe(true);
  const cancel = {
    method: 'POST',
    body: new URLSearchParams({ cancel: 'yes' }),
    redirect: 'manual',
  } as const;
  const { headers } = await fetch(url, cancel);
  expect(headers.get('location')).toContain('error=access_denied&error_subcode=cancel');
});

it('fails in its own words', async () => {
  await using entra = await startEntraLike(only);
  const bridge = await startBridge(entra, scope);
  const token = (await bridge.signIn()).tokens.refresh_token;
  const text = 'You must use multi-factor authentication.';
  entra.fail('token', entraError({ error: 'interaction_required', code: 'AADSTS50076', text }), { times: 1 });
  await expect(bridge.refresh(token)).rejects.toMatchObject({ error: 'interaction_required' });
  await bridge.refresh(token);
});

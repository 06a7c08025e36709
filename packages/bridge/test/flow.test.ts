import { decodeJwt, decodeProtectedHeader } from 'jose';
import { expect, it } from 'vitest';
import { registerClient, tokensOf } from './client.ts';
import { startWithGithub } from './github.ts';

it('signs a person in with only the URL, and gives a token of this server’s own', async () => {
  await using bridge = await startWithGithub();
  const client = await registerClient(bridge.publicUrl);

  const { access_token: token, expires_in: lifetime } = await client.signIn('ada');

  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
  expect(decodeJwt(token)).toMatchObject({
    iss: bridge.publicUrl,
    aud: bridge.resource,
    sub: 'github:1005',
    client_id: client.client.client_id,
    preferred_username: 'ada',
    email: 'ada@example.com',
  });
  expect(lifetime).toBe(3_600);
  const info = await bridge.connection.verifyAccessToken(token, { resource: bridge.resource });
  expect(info).toMatchObject({
    subject: 'github:1005',
    provedBy: 'jwt',
    scopes: ['openid', 'profile', 'email'],
  });
});

it('does not ask the IdP about a token', async () => {
  await using bridge = await startWithGithub({ settings: { tokenCacheSeconds: 0 } });
  const client = await registerClient(bridge.publicUrl);
  const { access_token: token } = await client.signIn('ada');
  const before = bridge.github.requests.length;

  for (let call = 0; call < 100; call += 1) await bridge.connection.verifyAccessToken(token);

  expect(bridge.github.requests.length).toBe(before);
});

it('refreshes, and gives another refresh token each time', async () => {
  await using bridge = await startWithGithub();
  const client = await registerClient(bridge.publicUrl);
  const first = await client.signIn('ada');

  const second = await tokensOf(await client.refresh(first.refresh_token));

  expect(second.refresh_token).not.toBe(first.refresh_token);
  await expect(bridge.connection.verifyAccessToken(second.access_token)).resolves.toMatchObject({
    subject: 'github:1005',
  });
});

it.each(['access_token', 'refresh_token'] as const)('ends a grant by its %s', async (kind) => {
  await using bridge = await startWithGithub({ settings: { tokenCacheSeconds: 0 } });
  const client = await registerClient(bridge.publicUrl);
  const tokens = await client.signIn('ada');

  const response = await client.revoke(tokens[kind]);

  expect(response.status).toBe(200);
  await expect(bridge.connection.verifyAccessToken(tokens.access_token)).rejects.toMatchObject({
    code: 'revoked',
    status: 401,
  });
  expect((await client.refresh(tokens.refresh_token)).status).toBe(400);
});

it('lets no client end what another one has', async () => {
  await using bridge = await startWithGithub({ settings: { tokenCacheSeconds: 0 } });
  const tokens = await (await registerClient(bridge.publicUrl)).signIn('ada');
  const other = await registerClient(bridge.publicUrl, { client_name: 'Another' });

  await other.revoke(tokens.access_token);
  await other.revoke(tokens.refresh_token);

  await expect(bridge.connection.verifyAccessToken(tokens.access_token)).resolves.toBeDefined();
});

import type { AdapterPayload } from 'oidc-provider';
import { expect, test } from 'vitest';
import { createBoundedAdapter } from '../src/bounded-adapter.ts';
import { redeem, redirectUri, refresh, registerClient, signIn } from './client.ts';
import { start } from './server.ts';

const FLOOD = 1_001;

async function fill(adapter: ReturnType<typeof createBoundedAdapter>, kind: string, payload: AdapterPayload) {
  for (let index = 0; index < FLOOD; index += 1) await adapter(kind).upsert(`${index}`, payload, 60);
}

test('keeps a bounded number of one kind, whatever comes of another', async () => {
  const adapter = createBoundedAdapter();
  await adapter('Session').upsert('session', { uid: 'uid' }, 60);
  await fill(adapter, 'Client', { client_name: 'flood' });
  expect(await adapter('Client').find('0')).toBeUndefined();
  expect(await adapter('Client').find('1')).toBeDefined();
  expect(await adapter('Client').find('1000')).toBeDefined();
  expect(await adapter('Session').findByUid('uid')).toBeDefined();
});

test('forgets the tokens of the client that has most', async () => {
  const adapter = createBoundedAdapter();
  await adapter('RefreshToken').upsert('quiet', { clientId: 'quiet' }, 60);
  await fill(adapter, 'RefreshToken', { clientId: 'busy' });
  expect(await adapter('RefreshToken').find('quiet')).toBeDefined();
  expect(await adapter('RefreshToken').find('1')).toBeUndefined();
  expect(await adapter('RefreshToken').find('1000')).toBeDefined();
});

test.each([
  ['a grant', 'Grant', { clientId: 'used' }],
  ['a sign-in under way', 'Interaction', { params: { client_id: 'used' } }],
])('keeps a client with %s while there are others', async (_name, kind, payload) => {
  const adapter = createBoundedAdapter();
  await adapter('Client').upsert('used', {}, 60);
  await adapter(kind).upsert('id', payload, 60);
  await fill(adapter, 'Client', {});
  expect(await adapter('Client').find('used')).toBeDefined();
  await adapter(kind).destroy('id');
  await fill(adapter, 'Client', {});
  expect(await adapter('Client').find('used')).toBeUndefined();
});

test('takes a new client where all others are in use', async () => {
  const adapter = createBoundedAdapter();
  for (let index = 0; index < FLOOD - 1; index += 1) {
    await adapter('Client').upsert(`${index}`, {}, 60);
    await adapter('Grant').upsert(`${index}`, { clientId: `${index}` }, 60);
  }
  await adapter('Client').upsert('new', {}, 60);
  expect(await adapter('Client').find('new')).toBeDefined();
  expect(await adapter('Client').find('0')).toBeUndefined();
});

test('revokes what belongs to a grant, and only that', async () => {
  const codes = createBoundedAdapter()('AuthorizationCode');
  await codes.upsert('one', { grantId: 'revoked' }, 60);
  await codes.upsert('two', { grantId: 'kept' }, 60);
  await codes.revokeByGrantId('revoked');
  expect([await codes.find('one'), await codes.find('two')]).toEqual([undefined, { grantId: 'kept' }]);
});

test('a flood of registrations leaves the clients of others alone', async () => {
  await using server = await start();
  const used = await registerClient(server.issuer);
  const tokens = await redeem(server.issuer, used, await signIn(server.issuer, used));
  const fresh = await registerClient(server.issuer);
  for (let index = 0; index < FLOOD; index += 1) {
    const response = await fetch(`${server.issuer}/reg`, {
      method: 'POST',
      headers: { origin: 'http://localhost:6274', 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
    });
    await response.body?.cancel();
  }
  await redeem(server.issuer, fresh, await signIn(server.issuer, fresh));
  await refresh(server.issuer, used, tokens.refresh_token ?? '');
}, 60_000);

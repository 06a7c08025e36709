import { expect, test } from 'vitest';
import { createBoundedAdapter } from '../src/bounded-adapter.ts';

test('keeps a bounded number of one kind, whatever comes of another', async () => {
  const adapter = createBoundedAdapter();
  await adapter('Session').upsert('session', { uid: 'uid' });
  for (let index = 0; index <= 1_000; index += 1) {
    await adapter('Client').upsert(`client ${index}`, { client_name: 'flood' });
  }
  expect(await adapter('Client').find('client 0')).toBeUndefined();
  expect(await adapter('Client').find('client 1000')).toBeDefined();
  expect(await adapter('Session').findByUid('uid')).toBeDefined();
});

test('revokes what belongs to a grant, and only that', async () => {
  const codes = createBoundedAdapter()('AuthorizationCode');
  await codes.upsert('one', { grantId: 'revoked' });
  await codes.upsert('two', { grantId: 'kept' });
  await codes.revokeByGrantId('revoked');
  expect([await codes.find('one'), await codes.find('two')]).toEqual([undefined, { grantId: 'kept' }]);
});

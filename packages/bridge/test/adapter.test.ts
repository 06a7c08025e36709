import { openStore } from '@mcp-whoami/store';
import { expect, it } from 'vitest';
import { createAdapter } from '../src/authorization-server/adapter.ts';

it('ends what a code gave when two read it at once and both use it (RFC 6749 section 4.1.2)', async () => {
  await using store = await openStore('memory:');
  const ended: string[] = [];
  const none = { find: () => undefined };
  const adapter = createAdapter(store, { ...none, idOf: () => undefined }, none, async (grantId) => {
    ended.push(grantId);
  });
  const codes = adapter('AuthorizationCode');
  await codes.upsert('code', { grantId: 'grant' }, 60);
  for (const found of await Promise.all([codes.find('code'), codes.find('code')]))
    expect(found).not.toHaveProperty('consumed');

  await codes.consume('code');
  expect(ended).toEqual([]);
  await expect(codes.consume('code')).rejects.toMatchObject({ error: 'invalid_grant' });

  expect(ended).toEqual(['grant']);
});

it('takes the id of a client assertion once, whoever looked for it before (RFC 7523 section 3)', async () => {
  await using store = await openStore('memory:');
  const none = { find: () => undefined };
  const adapter = createAdapter(store, { ...none, idOf: () => undefined }, none, async () => {});
  const assertions = adapter('ReplayDetection');
  expect(await Promise.all([assertions.find('jti'), assertions.find('jti')])).toEqual([undefined, undefined]);

  await assertions.upsert('jti', {}, 60);
  await expect(assertions.upsert('jti', {}, 60)).rejects.toMatchObject({ error: 'invalid_client' });
});

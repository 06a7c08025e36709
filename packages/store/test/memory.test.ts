import { expect, it } from 'vitest';
import { openStore } from '../src/index.ts';
import { collect } from './collect.ts';
import { describeStore } from './store-contract.ts';

describeStore('memory:', {
  shared: false,
  storage: async () => ({ open: () => openStore('memory:'), [Symbol.asyncDispose]: async () => {} }),
});

it('forgets the least recently used of a kind that has too many, says so, and keeps the other kinds', async () => {
  const forgotten: string[] = [];
  await using store = await openStore('memory:', {
    maxRecordsOfAKind: 3,
    onForgotten: (kind) => forgotten.push(kind),
  });
  const put = (kind: string, id: string) => store.put({ kind, id, value: id });
  await put('key', 'signing');
  for (const id of ['1', '2', '3']) await put('client', id);
  await store.get({ kind: 'client', id: '1' });
  await put('client', '4');
  await put('client', '4');
  expect((await collect(store.records())).map(({ id }) => id).sort()).toEqual([
    ...['1', '3', '4', 'signing'],
  ]);
  expect(forgotten).toEqual(['client']);
});

it('does not call what had ended forgotten', async () => {
  const forgotten: string[] = [];
  await using store = await openStore('memory:', {
    maxRecordsOfAKind: 1,
    onForgotten: (kind) => forgotten.push(kind),
  });
  await store.put({ kind: 'state', id: '1', value: '', lifetime: 0 });
  await store.put({ kind: 'state', id: '2', value: '' });
  await store.delete({ kind: 'state', id: '2' });
  expect(forgotten).toEqual([]);
});

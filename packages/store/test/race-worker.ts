import { once } from 'node:events';
import { createSealedStore, getOrInsert, openStore } from '../src/index.ts';

/** One of several processes that share a store: does the same as the others at the same moment, and tells what it got. */
const [url = '', secret = ''] = process.argv.slice(2);
await using opened = await openStore(url);
await using store = secret === '' ? opened : await createSealedStore(opened, [secret]);

process.send?.('ready');
await once(process, 'message');

const ids = Array.from({ length: 20 }, (_, index) => `${index}`);
const each = <Result>(run: (id: string) => Promise<Result>) => Promise.all(ids.map(run));
const signingKey = await getOrInsert(
  store,
  { kind: 'key', id: 'signing' },
  async () => `key of ${process.pid}`,
);
process.send?.({
  signingKey,
  inserted: await each((id) => store.insert({ kind: 'jti', id, value: `${process.pid}`, lifetime: 60 })),
  taken: (await each((id) => store.take({ kind: 'state', id }))).map((record) => record !== undefined),
  uses: await each((id) => store.use({ kind: 'code', id })),
  graceUses: await each((id) => store.use({ kind: 'refresh', id }, 60)),
});
process.disconnect();

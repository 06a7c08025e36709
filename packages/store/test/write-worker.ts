import { openStore } from '../src/index.ts';

/** Writes, says so, and waits to be killed. */
const [url = ''] = process.argv.slice(2);
const store = await openStore(url);
await store.put({ kind: 'grant', id: 'g', value: 'kept', owner: 'o' });
await store.put({ kind: 'code', id: 'c', value: 'kept', group: 'g', lifetime: 600 });
await store.use({ kind: 'code', id: 'c' });
process.stdout.write('written\n');
setInterval(() => undefined, 60_000);

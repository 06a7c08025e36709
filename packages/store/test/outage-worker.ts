import { isStoreUnavailable, openStore } from '../src/index.ts';

/** Tells how a store fails, once each: that it hangs, that it has gone. */
const [url = ''] = process.argv.slice(2);
await using store = await openStore(url);
process.stdout.write('opened\n');

const failure = async () => {
  for (;;) {
    const start = performance.now();
    try {
      await store.use({ kind: 'code', id: 'c' });
    } catch (error) {
      if (!isStoreUnavailable(error)) throw error;
      return `${error.code} (${error.logMessage}) in ${Math.round(performance.now() - start)} ms\n`;
    }
  }
};
process.stdout.write(`hung: ${await failure()}`);
for (let works = false; !works; )
  works = await store.get({ kind: 'code', id: 'c' }).then(Boolean, () => false);
process.stdout.write('works again\n');
process.stdout.write(`gone: ${await failure()}`);

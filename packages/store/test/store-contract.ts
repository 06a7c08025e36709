import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { getOrInsert, type Store, withLock } from '../src/index.ts';
import { collect } from './collect.ts';

/** How many race. */
const RACERS = 20;

export interface StoreCase {
  /** An empty storage, apart from that of other tests. Disposing of it frees what it took. */
  storage(): Promise<Storage>;
  /** False where what one `open` wrote is never seen by another: nothing is shared. */
  shared: boolean;
}

export interface Storage extends AsyncDisposable {
  open(): Promise<Store>;
}

const code = { kind: 'code', id: 'c:1 ü' };
const race = <Result>(run: (racer: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: RACERS }, (_, racer) => run(racer)));
const times = <Result>(results: readonly Result[], wanted: Result) =>
  results.filter((result) => result === wanted).length;
const walk = async (store: Store) => (await collect(store.records())).map(({ id }) => id).sort();
/** Until it is gone, which no event tells. */
const untilGone = (store: Store, key: { kind: string; id: string }) =>
  expect.poll(() => store.get(key), { timeout: 5_000, interval: 10 }).toBeUndefined();

/** What every store does, whatever it is made of. */
export const describeStore = (name: string, { storage, shared }: StoreCase): void => {
  describe(name, () => {
    /** Two users of one storage; one store twice where nothing is shared. */
    const openTwo = async () => {
      await using stack = new AsyncDisposableStack();
      const place = stack.use(await storage());
      const store = stack.use(await place.open());
      const twin = shared ? stack.use(await place.open()) : store;
      const owned = stack.move();
      return { store, twin, [Symbol.asyncDispose]: () => owned.disposeAsync() };
    };

    it('returns what was put, whatever the text', async () => {
      await using two = await openTwo();
      const record = { ...code, value: '{"ü":"\\u0000 \'"}\n', group: 'g:1', owner: "o'1" };
      await two.store.put(record);
      expect(await two.twin.get(code)).toEqual(record);
      expect(await two.twin.get({ ...code, id: 'c' })).toBeUndefined();
      expect(await two.twin.get({ ...code, kind: 'grant' })).toBeUndefined();
    });

    it('writes over a record, also its group and owner', async () => {
      await using two = await openTwo();
      await two.store.put({ ...code, value: 'one', group: 'g1', owner: 'o1' });
      await two.store.put({ ...code, value: 'two', owner: 'o2' });
      await two.store.deleteGroup('g1');
      expect(await two.twin.get(code)).toEqual({ ...code, value: 'two', owner: 'o2' });
      expect(await two.twin.list('o1')).toEqual([]);
    });

    it('forgets a record at the end of its lifetime, and then inserts another, unused', async () => {
      await using two = await openTwo();
      const grant = { kind: 'grant', id: 'g' };
      await two.store.put({ ...grant, value: 'stays', owner: 'o' });
      await two.store.put({ ...code, value: 'one', lifetime: 0.05, group: 'g', owner: 'o' });
      await two.store.use(code);
      await untilGone(two.twin, code);
      expect(await two.store.use(code)).toBe('absent');
      expect(await two.store.take(code)).toBeUndefined();
      expect(await two.store.replace(code, 'one', 'two')).toBe(false);
      expect(await two.store.delete(code)).toBe(false);
      expect(await two.store.list('o')).toMatchObject([grant]);
      expect(await walk(two.store)).toEqual(['g']);
      expect(await two.store.insert({ ...code, value: 'two' })).toBe(true);
      expect(await two.store.use(code)).toBe('first');
    });

    it('lets a later write prolong a record or end it', async () => {
      await using two = await openTwo();
      await two.store.put({ ...code, value: 'one', lifetime: 0.05, owner: 'o' });
      await two.store.put({ ...code, value: 'two', lifetime: 60, owner: 'o' });
      await setTimeout(60); // the first lifetime, which ends unseen
      expect(await two.twin.list('o')).toMatchObject([{ value: 'two' }]);
      await two.store.put({ ...code, value: 'three', lifetime: 0 });
      expect(await two.twin.get(code)).toBeUndefined();
    });

    it('inserts once in a race, and all see the same', async () => {
      await using two = await openTwo();
      const inserted = await race((racer) =>
        (racer % 2 ? two.twin : two.store).insert({ ...code, value: `${racer}` }),
      );
      expect(times(inserted, true)).toBe(1);
      expect(await two.twin.get(code)).toMatchObject({ value: `${inserted.indexOf(true)}` });
    });

    it('makes one signing key for all that start at once', async () => {
      await using two = await openTwo();
      const keys = await race((racer) =>
        getOrInsert(
          racer % 2 ? two.twin : two.store,
          { kind: 'key', id: 'signing' },
          async () => `key ${racer}`,
        ),
      );
      expect(new Set(keys).size).toBe(1);
    });

    it('gives one who was slow to make a key the one that was made meanwhile', async () => {
      await using two = await openTwo();
      const key = { kind: 'key', id: 'signing' };
      const slow = getOrInsert(two.store, key, async () => {
        await getOrInsert(two.twin, key, async () => 'quick');
        return 'slow';
      });
      expect(await slow).toBe('quick');
      expect(await two.twin.get(key)).toMatchObject({ value: 'quick' });
    });

    it('gives a record to one of those that take it', async () => {
      await using two = await openTwo();
      await two.store.put({ ...code, value: 'one', group: 'g', owner: 'o' });
      const taken = await race((racer) => (racer % 2 ? two.twin : two.store).take(code));
      expect(taken.filter(Boolean)).toEqual([{ ...code, value: 'one', group: 'g', owner: 'o' }]);
      expect(await two.store.list('o')).toEqual([]);
    });

    it('lets a code be used once in a race, and says that it was reused', async () => {
      await using two = await openTwo();
      await two.store.put({ ...code, value: 'one' });
      const uses = await race((racer) => (racer % 2 ? two.twin : two.store).use(code));
      expect([times(uses, 'first'), times(uses, 'reused')]).toEqual([1, RACERS - 1]);
      const usedAt = (await two.twin.get(code))?.usedAt ?? 0;
      expect(Math.abs(Date.now() / 1000 - usedAt)).toBeLessThan(5);
    });

    it('lets a refresh token be used twice within its grace, and refuses more of it', async () => {
      await using two = await openTwo();
      await two.store.put({ ...code, value: 'one', lifetime: 60 });
      const uses = await race((racer) => (racer % 2 ? two.twin : two.store).use(code, 60));
      expect([times(uses, 'first'), times(uses, 'again'), times(uses, 'refused')]).toEqual([
        1,
        1,
        RACERS - 2,
      ]);
    });

    it.each([1, 2, 3])('says after the grace that what was used %i times is reused', async (uses) => {
      await using two = await openTwo();
      await two.store.put({ ...code, value: 'one' });
      for (let count = 0; count < uses; count += 1) await two.store.use(code, 60);
      await setTimeout(50); // the grace, which ends unseen
      expect(await two.twin.use(code, 0.02)).toBe('reused');
    });

    it('keeps a used record used when it is written again', async () => {
      await using two = await openTwo();
      await two.store.put({ ...code, value: 'one' });
      await two.store.use(code);
      await two.twin.put({ ...code, value: 'two', lifetime: 60 });
      expect(await two.store.replace(code, 'two', 'three')).toBe(true);
      expect(await two.store.get(code)).toMatchObject({ value: 'three', usedAt: expect.any(Number) });
      expect(await two.store.use(code)).toBe('reused');
      expect(await two.store.use({ ...code, id: 'other' })).toBe('absent');
    });

    it('replaces a value once in a race, and nothing else of the record', async () => {
      await using two = await openTwo();
      await two.store.put({ ...code, value: 'one', group: 'g', owner: 'o', lifetime: 60 });
      const replaced = await race((racer) =>
        (racer % 2 ? two.twin : two.store).replace(code, 'one', `${racer}`),
      );
      expect(times(replaced, true)).toBe(1);
      const value = `${replaced.indexOf(true)}`;
      expect(await two.twin.list('o')).toEqual([{ ...code, value, group: 'g', owner: 'o' }]);
      expect(await two.store.replace({ ...code, id: 'other' }, 'one', 'two')).toBe(false);
    });

    it('deletes a record, or only one that still has a value', async () => {
      await using two = await openTwo();
      await two.store.put({ ...code, value: 'one' });
      expect(await two.twin.delete(code, 'two')).toBe(false);
      expect(await two.twin.delete(code, 'one')).toBe(true);
      expect(await two.twin.delete(code)).toBe(false);
      expect(await two.store.get(code)).toBeUndefined();
    });

    it('deletes a group, and nothing else', async () => {
      await using two = await openTwo();
      const records = Array.from({ length: 30 }, (_, index) => ({
        ...{ kind: index % 2 ? 'code' : 'token', id: `${index}`, value: 'v' },
        ...{ group: `g${index % 3}`, owner: 'o', lifetime: index < 15 ? 60 : undefined },
      }));
      await Promise.all(records.map((record) => two.store.put(record)));
      await two.twin.deleteGroup('g1');
      await two.twin.deleteGroup('none');
      const left = records.filter(({ group }) => group !== 'g1').map(({ id }) => id);
      expect((await two.store.list('o')).map(({ id }) => id).sort()).toEqual(left.sort());
      expect(await walk(two.store)).toEqual(left.sort());
    });

    it('walks over more records than it reads at once', async () => {
      await using two = await openTwo();
      const ids = Array.from({ length: 250 }, (_, index) => `${index}`);
      await Promise.all(ids.map((id) => two.store.put({ kind: 'client', id, value: id, lifetime: 60 })));
      expect([...new Set(await walk(two.twin))]).toEqual([...ids].sort());
    });

    it('lets one at a time hold a lock, and the others wait for it', async () => {
      await using two = await openTwo();
      const lock = { kind: 'lock', id: 'l' };
      let holders = 0;
      const seen = await race((racer) =>
        withLock(racer % 2 ? two.twin : two.store, lock, { lifetime: 30, wait: 30 }, async () => {
          holders += 1;
          await setTimeout(1);
          return holders--;
        }),
      );
      expect(seen).toEqual(Array(RACERS).fill(1));
      expect(await two.store.get(lock)).toBeUndefined();
    });

    it('frees the lock of one who ended or failed, and never that of another', async () => {
      await using two = await openTwo();
      const lock = { kind: 'lock', id: 'l' };
      await two.store.insert({ ...lock, value: 'one who ended', lifetime: 0.05 });
      const slow = withLock(two.twin, lock, { lifetime: 0.1, wait: 5 }, async (signal) => {
        await setTimeout(5_000, undefined, { signal }).catch(() => undefined);
        await untilGone(two.twin, lock);
        await two.store.insert({ ...lock, value: 'another', lifetime: 60 });
        throw new Error('failed');
      });
      await expect(slow).rejects.toThrow('failed');
      expect(await two.store.get(lock)).toMatchObject({ value: 'another' });
      const late = withLock(two.store, lock, { lifetime: 1, wait: 0.05 }, async () => 'mine');
      await expect(late).rejects.toMatchObject({ code: 'store_unavailable', status: 503 });
    });
  });
};

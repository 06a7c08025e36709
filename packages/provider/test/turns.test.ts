import { expect, it } from 'vitest';
import { createTurns, NoTurnError } from '../src/idp/turns.ts';

/** Something that takes a turn until it is told to end. */
const hold = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { run: () => promise, end: resolve };
};

it('turns come in the order in which they are waited for, whoever else asks meanwhile', async () => {
  const turns = createTurns(1, 10);
  const order: string[] = [];
  const take = (name: string) => turns.execute(async () => void order.push(name));
  const first = hold();
  const taken = turns.execute(first.run);
  const waiting = [take('second'), take('third')];
  // Asks each time that a turn may have become free.
  const pushing = (async () => {
    first.end();
    for (let tick = 0; tick < 20; tick += 1) {
      await Promise.resolve();
      if (tick < 5) waiting.push(take('pushed in'));
    }
  })();
  await Promise.all([taken, pushing]);
  await Promise.all(waiting);
  expect(order.slice(0, 2)).toEqual(['second', 'third']);
  expect(order).toHaveLength(7);
});

it('as many are under way at once, and as many wait, as may', async () => {
  const turns = createTurns(2, 3);
  const held = hold();
  let underWay = 0;
  const take = () =>
    turns.execute(async () => {
      underWay += 1;
      await held.run();
      underWay -= 1;
    });
  const taken = Array.from({ length: 5 }, take);
  await expect(take()).rejects.toThrow(NoTurnError);
  expect(underWay).toBe(2);
  held.end();
  await Promise.all(taken);
  await take();
  expect(underWay).toBe(0);
});

it('a turn whose holder fails goes to the next', async () => {
  const turns = createTurns(1, 1);
  const failing = turns.execute(() => Promise.reject(new Error('failed')));
  const next = turns.execute(async () => 'served');
  await expect(failing).rejects.toThrow('failed');
  expect(await next).toBe('served');
});

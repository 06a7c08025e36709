import { afterAll, describe, expect, it } from 'vitest';
import { renderChart } from '../src/chart.ts';
import { contestants } from '../src/contestants.ts';
import { withPart } from '../src/documents.ts';
import { load } from '../src/load.ts';
import { type Measured, startIdp } from '../src/measure.ts';
import { report } from '../src/report.ts';
import { startServer } from '../src/running-server.ts';
import { median } from '../src/statistics.ts';
import { renderGoals, renderSummary, renderTable } from '../src/table.ts';

describe('a server of the bench', () => {
  const stack = new AsyncDisposableStack();
  afterAll(() => stack.disposeAsync());
  const started = startIdp(0, undefined, stack);

  it.each(contestants)('$name answers right, and many times at once', async (contestant) => {
    await using server = await startServer(contestant, await started, undefined);
    const { requestsPerSecond, p50 } = await load(server, 4, 0.1);
    expect(requestsPerSecond).toBeGreaterThan(1);
    expect(p50).toBeGreaterThan(0);
  });

  it('has no figure when its answers are wrong', async () => {
    const idp = await started;
    const [express] = contestants.filter(({ name }) => name === 'express');
    if (express === undefined) throw new Error('there is no Express');
    const anybody = { ...express, answers: 'somebody else' };
    await expect(startServer(anybody, idp, undefined)).rejects.toThrow('express answers 200');
    const open = { ...express, token: 'jwt' } as const;
    await expect(startServer(open, idp, undefined)).rejects.toThrow('express answers 200 to a bad token');
    await using server = await startServer(express, idp, undefined);
    await expect(load({ ...server, expected: 'somebody else' }, 4, 0.1)).rejects.toThrow(/[1-9]\d* wrong/);
  });
});

describe('the report', () => {
  const servers = contestants.map(
    (contestant, index): Measured => ({
      contestant,
      // The second round finds the machine at half its speed.
      throughput: [100 * (index + 1), 50 * (index + 1)],
      cost: [1000, 900],
      throughputSlow: contestant.token ? [40, 20] : [],
      latencySlow: [index + 1, index + 2],
      readyAfter: 100.4,
      answerSize: 300,
    }),
  );
  const result = report({ servers, pinned: true }, { rounds: 2, seconds: 1 });
  const jwt = result.rows.find(({ name }) => name === 'whoami-jwt');

  it('has medians of the rounds, and medians of the ratios within a round', () => {
    expect(jwt).toMatchObject({
      requestsPerSecond: 375,
      cost: 950,
      requestsPerSecondSlow: 30,
      latencySlow: 5.5,
      timesTutorial: 5,
      timesNone: 0.63,
      timesOpen: 0.56,
      timesExpress: 0.5,
      readyAfter: 100,
    });
  });

  it('says which goals are reached', () => {
    expect(result.goals.map(({ figure, reached }) => [figure, reached])).toEqual([
      [5, true],
      [0.63, false],
      [0.56, undefined],
      [0.5, true],
      [3.67, false],
      [100, true],
    ]);
    expect(renderGoals(result)).toContain('- missed: **0.63** of its own without authentication');
  });

  it('has a row and a bar for each server', () => {
    expect(renderTable(result).split('\n')).toHaveLength(2 + contestants.length);
    const chart = renderChart(result);
    for (const { title } of contestants) expect(chart.split(title)).toHaveLength(3);
    expect(chart).toContain('whoami, JWT: 375, and 30 with an identity provider that takes 20 ms');
    expect(chart).toContain('prefers-color-scheme: dark');
  });

  it('leaves out what was not measured', () => {
    const some = servers.filter(({ contestant }) => contestant.name === 'express');
    const { rows, goals } = report({ servers: some, pinned: false }, { rounds: 2, seconds: 1 });
    expect(rows).toEqual([expect.not.objectContaining({ timesTutorial: expect.anything() })]);
    expect(goals).toEqual([]);
  });

  it('goes between the markers of a document', () => {
    const document = 'a\n<!-- benchmark -->\nold\n<!-- /benchmark -->\nb';
    expect(withPart(document, renderSummary(result))).toMatch(
      /^a\n<!-- benchmark -->\nA signed-in call[\s\S]*\n<!-- \/benchmark -->\nb$/,
    );
    expect(() => withPart('a', 'b')).toThrow('<!-- benchmark -->');
  });
});

describe('the median', () => {
  it.each([
    [[3], 3],
    [[10, 9, 2], 9],
    [[1, 10, 2, 3], 2.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('of nothing is an error', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

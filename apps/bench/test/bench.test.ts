import { withPart } from '@mcp-whoami/testkit/repository';
import { afterAll, describe, expect, it } from 'vitest';
import { renderChart } from '../src/chart.ts';
import { contestants } from '../src/contestants.ts';
import { load } from '../src/load.ts';
import type { Measured } from '../src/measure.ts';
import { median } from '../src/median.ts';
import { renderSummary, renderTable, report } from '../src/report.ts';
import { startIdp, startServer } from '../src/running-server.ts';

describe('a server of the bench', () => {
  const stack = new AsyncDisposableStack();
  afterAll(() => stack.disposeAsync());
  const started = startIdp(0, stack);

  it.each(contestants)('$name answers right, and many times at once', async (contestant) => {
    await using server = await startServer(contestant, await started);
    const { requestsPerSecond, p50 } = await load(server, 4, 0.1);
    expect(requestsPerSecond).toBeGreaterThan(1);
    expect(p50).toBeGreaterThan(0);
  });

  it('has no figure when its answers are wrong', async () => {
    const idp = await started;
    const [express] = contestants.filter(({ name }) => name === 'express');
    if (express === undefined) throw new Error('there is no Express');
    const anybody = { ...express, answers: 'somebody else' };
    await expect(startServer(anybody, idp)).rejects.toThrow('express answers 200');
    const open = { ...express, token: 'jwt' } as const;
    await expect(startServer(open, idp)).rejects.toThrow('express answers 200 to a bad token');
    await using server = await startServer(express, idp);
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
      latencySlow: [index + 1, index + 2],
      readyAfter: 100.4,
      answerSize: 300,
    }),
  );
  const rows = report(servers);

  it('has medians of the rounds, and medians of the ratios within a round', () => {
    expect(rows.find(({ name }) => name === 'whoami-jwt')).toMatchObject({
      requestsPerSecond: 375,
      cost: 950,
      latencySlow: 5.5,
      timesTutorial: 5,
      timesExpress: 5 / 12,
      readyAfter: 100,
    });
  });

  it('has a row and a bar for each server', () => {
    const table = renderTable(rows, { rounds: 2, seconds: 1, pinned: true });
    expect(table.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(2 + contestants.length);
    expect(table).toContain('medians of 2 rounds of 1 s, one core for the server');
    const chart = renderChart(rows);
    for (const { title } of contestants) expect(chart.split(title)).toHaveLength(3);
    expect(chart).toContain('whoami, JWT: 375;');
    expect(chart).toContain('prefers-color-scheme: dark');
  });

  it('leaves out what was not measured', () => {
    const some = report(servers.filter(({ contestant }) => contestant.name === 'express'));
    expect(some).toMatchObject([{ timesTutorial: undefined, timesExpress: 1 }]);
    expect(() => renderSummary(some)).toThrow('whoami-jwt was not measured');
  });

  it('goes between the markers of a document', () => {
    const document = 'a\n<!-- benchmark -->\nold\n<!-- /benchmark -->\nb';
    expect(withPart(document, { marker: 'benchmark', content: renderSummary(rows) })).toMatch(
      /^a\n<!-- benchmark -->\nA signed-in call[\s\S]*\n<!-- \/benchmark -->\nb$/,
    );
    expect(() => withPart('a', { marker: 'benchmark', content: 'b' })).toThrow('<!-- benchmark -->');
  });
});

it.each([
  [[3], 3],
  [[10, 9, 2], 9],
  [[1, 10, 2, 3], 2.5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

import { CONNECTIONS, type Measured, SLOW_IDP_MS } from './measure.ts';
import { median } from './median.ts';

/** The figures of one server: medians over the rounds, and medians of the ratios within a round. */
export interface Row {
  name: string;
  title: string;
  ours: boolean;
  requestsPerSecond: number;
  /** Microseconds of processor time for an answer: what a busy machine disturbs least. */
  cost: number | undefined;
  latencySlow: number;
  /** Of `requestsPerSecond`; undefined where the other one was not measured. */
  timesTutorial: number | undefined;
  timesExpress: number | undefined;
  readyAfter: number;
  answerSize: number;
}

/** The rows of a measurement. */
export function report(servers: readonly Measured[]): Row[] {
  const throughputOf = (name: string) =>
    servers.find(({ contestant }) => contestant.name === name)?.throughput;
  const [tutorial, express] = [throughputOf('tutorial'), throughputOf('express')];
  const ratio = (figures: readonly number[], others: readonly number[] | undefined) =>
    others && median(figures.map((figure, round) => figure / (others[round] ?? Number.NaN)));
  return servers.map(({ contestant, throughput, cost, latencySlow, readyAfter, answerSize }) => ({
    name: contestant.name,
    title: contestant.title,
    ours: contestant.ours,
    requestsPerSecond: Math.round(median(throughput)),
    cost: cost.length > 0 ? Math.round(median(cost)) : undefined,
    latencySlow: median(latencySlow),
    timesTutorial: ratio(throughput, tutorial),
    timesExpress: ratio(throughput, express),
    readyAfter: Math.round(readyAfter),
    answerSize,
  }));
}

export interface Conditions {
  rounds: number;
  seconds: number;
  pinned: boolean;
}

/** The table, as Markdown, and under which conditions it was measured. */
export function renderTable(rows: readonly Row[], { rounds, seconds, pinned }: Conditions): string {
  const columns: Record<string, (row: Row) => string> = {
    server: ({ ours, title }) => (ours ? `**${title}**` : title),
    'calls/s': (row) => String(row.requestsPerSecond),
    'processor time': ({ cost }) => (cost === undefined ? '–' : `${cost} µs`),
    '× tutorial': (row) => row.timesTutorial?.toFixed(2) ?? '–',
    '× Express': (row) => row.timesExpress?.toFixed(2) ?? '–',
    [`p50 alone, IdP ${SLOW_IDP_MS} ms`]: (row) => `${row.latencySlow.toFixed(2)} ms`,
    ready: (row) => `${row.readyAfter} ms`,
    answer: (row) => `${row.answerSize} B`,
  };
  const align = Object.keys(columns).map((_, index) => (index === 0 ? '---' : '---:'));
  const cells = rows.map((row) => Object.values(columns).map((render) => render(row)));
  const table = [Object.keys(columns), align, ...cells].map((line) => `| ${line.join(' | ')} |`);
  const cores = pinned ? 'one core for the server and another for the load' : 'not pinned to cores';
  return `${table.join('\n')}\n\nNode ${process.versions.node}, ${CONNECTIONS} connections, medians of ${rounds} rounds of ${seconds} s, ${cores}.`;
}

/** The sentences of the README. */
export function renderSummary(rows: readonly Row[]): string {
  const find = (name: string) => {
    const row = rows.find((candidate) => candidate.name === name);
    if (row === undefined) throw new Error(`${name} was not measured`);
    return row;
  };
  const [jwt, tutorial, guard] = [find('whoami-jwt'), find('tutorial'), find('guard')];
  const percent = ({ timesExpress = Number.NaN }: Row) => `${Math.round(timesExpress * 100)} %`;
  return [
    `A signed-in call of \`whoami\` is answered ${jwt.timesTutorial?.toFixed(1)} times as often per second as by the tutorial’s server, and ${percent(jwt)} as often as by Express alone, which verifies nothing.`,
    `Express with the guard answers ${percent(guard)} as often as without.`,
    `With an identity provider that takes ${SLOW_IDP_MS} ms, a single client waits ${jwt.latencySlow.toFixed(1)} ms for an answer instead of ${tutorial.latencySlow.toFixed(1)} ms.`,
  ].join('\n');
}

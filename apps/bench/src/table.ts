import { CONNECTIONS, SLOW_IDP_MS } from './measure.ts';
import type { Report } from './report.ts';

const columns = [
  'server',
  'calls/s',
  'processor time',
  '× tutorial',
  '× no authentication',
  '× Express',
  `calls/s, IdP ${SLOW_IDP_MS} ms`,
  `p50 alone, IdP ${SLOW_IDP_MS} ms`,
  'ready',
  'answer',
];

/** The table of a report, as Markdown. */
export function renderTable({ rows }: Report): string {
  const cells = rows.map((row) => [
    row.ours ? `**${row.title}**` : row.title,
    String(row.requestsPerSecond),
    row.cost === undefined ? '–' : `${row.cost} µs`,
    times(row.timesTutorial),
    times(row.timesNone),
    times(row.timesExpress),
    String(row.requestsPerSecondSlow ?? '–'),
    `${row.latencySlow.toFixed(2)} ms`,
    `${row.readyAfter} ms`,
    `${row.answerSize} B`,
  ]);
  const align = columns.map((_, index) => (index === 0 ? '---' : '---:'));
  return [columns, align, ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

const times = (figure: number | undefined) => figure?.toFixed(2) ?? '–';

/** What was to be reached and what was, as Markdown. */
export function renderGoals({ goals, node, rounds, seconds, pinned }: Report): string {
  const conditions = `Node ${node.slice(1)}, ${CONNECTIONS} connections, medians of ${rounds} rounds of ${seconds} s, ${pinned ? 'one core for the server and another for the load' : 'not pinned to cores'}.`;
  const lines = goals.map(({ text, figure, reached }) => `- ${outcomeOf(reached)}: **${figure}** ${text}`);
  return [conditions, '', 'whoami with JWTs:', '', ...lines].join('\n');
}

function outcomeOf(reached: boolean | undefined): string {
  if (reached === undefined) return 'for comparison';
  return reached ? 'reached' : 'missed';
}

/** The sentence of the README. */
export function renderSummary({ rows }: Report): string {
  const jwt = rows.find(({ name }) => name === 'whoami-jwt');
  const tutorial = rows.find(({ name }) => name === 'tutorial');
  if (jwt === undefined || tutorial === undefined) throw new Error('not everything was measured');
  const {
    timesTutorial = Number.NaN,
    timesNone = Number.NaN,
    timesOpen = Number.NaN,
    timesExpress = Number.NaN,
  } = jwt;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return [
    `A signed-in call of \`whoami\` is answered ${timesTutorial.toFixed(1)} times as often per second as by the tutorial’s server,`,
    `${percent(timesOpen)} as often as one with the same answer and no verification, ${percent(timesNone)} as often as the short answer without authentication,`,
    `and ${percent(timesExpress)} as often as by Express alone.`,
    `With an identity provider that takes ${SLOW_IDP_MS} ms, a single client waits ${jwt.latencySlow.toFixed(1)} ms for it in place of ${tutorial.latencySlow.toFixed(1)} ms.`,
  ].join('\n');
}

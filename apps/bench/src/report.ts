import type { Measured, Measurement } from './measure.ts';
import { median } from './statistics.ts';

/** The figures of one server: medians over the rounds, and medians of the ratios within a round. */
export interface Row {
  name: string;
  title: string;
  ours: boolean;
  requestsPerSecond: number;
  /** Microseconds of processor time for an answer: what a busy machine disturbs least. */
  cost?: number;
  /** Absent for a server without an identity provider. */
  requestsPerSecondSlow?: number;
  latencySlow: number;
  /** Of `requestsPerSecond`; absent where the other one was not measured. */
  timesTutorial?: number;
  timesNone?: number;
  timesOpen?: number;
  timesExpress?: number;
  readyAfter: number;
  answerSize: number;
}

/** One of the figures that count. */
export interface Goal {
  text: string;
  figure: number;
  /** Absent for a figure that has nothing to reach. */
  reached?: boolean;
}

export interface Report {
  node: string;
  rounds: number;
  seconds: number;
  pinned: boolean;
  rows: Row[];
  goals: Goal[];
}

/** The whole report, rounded to what the figures are worth. */
export function report(
  measurement: Measurement,
  { rounds, seconds }: { rounds: number; seconds: number },
): Report {
  const { servers, pinned } = measurement;
  const find = (name: string) => servers.find(({ contestant }) => contestant.name === name);
  const [tutorial, express] = [find('tutorial'), find('express')];
  const [none, open] = [find('whoami-none'), find('whoami-open')];
  const rows = servers.map((server): Row => {
    const { contestant, throughput, cost, throughputSlow, latencySlow, readyAfter, answerSize } = server;
    return {
      name: contestant.name,
      title: contestant.title,
      ours: contestant.ours === true,
      requestsPerSecond: Math.round(median(throughput)),
      ...(cost.length > 0 && { cost: Math.round(median(cost)) }),
      ...(throughputSlow.length > 0 && { requestsPerSecondSlow: Math.round(median(throughputSlow)) }),
      latencySlow: round(median(latencySlow)),
      ...(tutorial && { timesTutorial: timesOf(server, tutorial) }),
      ...(none && { timesNone: timesOf(server, none) }),
      ...(open && { timesOpen: timesOf(server, open) }),
      ...(express && { timesExpress: timesOf(server, express) }),
      readyAfter: Math.round(readyAfter),
      answerSize,
    };
  });
  return { node: process.version, rounds, seconds, pinned, rows, goals: goalsOf(rows) };
}

const round = (figure: number) => Math.round(figure * 100) / 100;

function timesOf(server: Measured, other: Measured): number {
  return round(
    median(server.throughput.map((figure, index) => figure / (other.throughput[index] ?? Number.NaN))),
  );
}

/** What is to be reached, of which only what was measured. */
function goalsOf(rows: readonly Row[]): Goal[] {
  const jwt = rows.find(({ name }) => name === 'whoami-jwt');
  const tutorial = rows.find(({ name }) => name === 'tutorial');
  const slowestStart = Math.max(...rows.filter(({ ours }) => ours).map(({ readyAfter }) => readyAfter));
  const goals: { text: string; figure: number | undefined; least?: number; most?: number }[] = [
    { text: 'calls per second, of the tutorial’s: at least 4', figure: jwt?.timesTutorial, least: 4 },
    { text: 'of its own without authentication: at least 0.95', figure: jwt?.timesNone, least: 0.95 },
    {
      text: 'of its own without authentication where a call carries and answers the same',
      figure: jwt?.timesOpen,
    },
    { text: 'of Express alone: at least 0.5', figure: jwt?.timesExpress, least: 0.5 },
    {
      text: 'time to an answer with a slow identity provider, of the tutorial’s: at most 0.1',
      figure: jwt && tutorial && round(jwt.latencySlow / tutorial.latencySlow),
      most: 0.1,
    },
    {
      text: 'ready, in milliseconds: at most 1500',
      figure: Number.isFinite(slowestStart) ? slowestStart : undefined,
      most: 1500,
    },
  ];
  return goals.flatMap(({ text, figure, least, most }) => {
    if (figure === undefined) return [];
    if (least === undefined && most === undefined) return [{ text, figure }];
    return [
      { text, figure, reached: figure >= (least ?? 0) && figure <= (most ?? Number.POSITIVE_INFINITY) },
    ];
  });
}

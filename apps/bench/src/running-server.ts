import { z } from 'zod';
import type { Announcement } from './announcement.ts';
import type { Contestant } from './contestants.ts';
import { runProgram } from './program.ts';
import { user } from './user.ts';

/** How long an answer may take that is checked, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000;

/** The one call that is measured. */
export const call = {
  method: 'POST',
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'whoami', arguments: {} },
  }),
} as const;

export interface RunningServer extends AsyncDisposable {
  contestant: Contestant;
  url: string;
  pid: number;
  headers: Record<string, string>;
  /** What every right answer contains. */
  expected: string;
  /** Milliseconds from the start of the process to its first right answer. */
  readyAfter: number;
  /** Length of an answer's body, in bytes. */
  answerSize: number;
}

const toolAnswer = z.object({
  id: z.literal(1),
  result: z.object({ content: z.tuple([z.object({ type: z.literal('text'), text: z.string() })]) }),
});

/**
 * Starts a server.
 *
 * @throws {Error} when its answers are wrong: then no figure of it means anything.
 */
export async function startServer(
  contestant: Contestant,
  idp: Announcement,
  core: number | undefined,
  nodeOptions: readonly string[] = [],
): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack();
  const begin = performance.now();
  const environment = contestant.environment(idp);
  const { ready, ...program } = await runProgram(contestant.program, environment, /ready at /, core, [
    ...(contestant.nodeOptions ?? []),
    ...nodeOptions,
  ]);
  stack.use(program);
  const origin = /ready at (\S+)/.exec(ready)?.[1] ?? '';
  if (contestant.ours) await requireHealth(origin);
  const url = `${origin}/mcp`;
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const token = contestant.token && idp[contestant.token];
  const carried = token ?? (contestant.carries && idp[contestant.carries]);
  const authorized = carried === undefined ? headers : { ...headers, authorization: `Bearer ${carried}` };
  const expected = contestant.answers ?? user.sub;

  const answer = await post(url, authorized);
  const text = await answer.text();
  requireRightAnswer(contestant, answer.status, text, expected);
  const readyAfter = performance.now() - begin;
  if (token !== undefined) {
    await requireRefusal(contestant, url, headers);
    await requireRefusal(contestant, url, {
      ...headers,
      authorization: `Bearer ${token.slice(0, -8)}AAAAAAAA`,
    });
  }
  const running = stack.move();
  return {
    contestant,
    url,
    pid: program.pid,
    headers: authorized,
    expected,
    readyAfter,
    answerSize: Buffer.byteLength(text),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const post = (url: string, headers: Record<string, string>) =>
  fetch(url, { ...call, headers, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });

async function requireHealth(origin: string) {
  const { status } = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  if (status !== 200) throw new Error(`/health answers ${status}`);
}

/** JSON, or the one event of a stream. */
function requireRightAnswer({ name }: Contestant, status: number, body: string, expected: string) {
  const json = /^data: (.*)$/m.exec(body)?.[1] ?? body;
  const parsed = status === 200 ? toolAnswer.parse(JSON.parse(json)) : undefined;
  const text = parsed?.result.content[0].text;
  if (!text?.includes(expected)) throw new Error(`${name} answers ${status} ${body}`);
}

/** A server that lets everybody in must not look fast. */
async function requireRefusal({ name }: Contestant, url: string, headers: Record<string, string>) {
  const { status } = await post(url, headers);
  if (status !== 401) throw new Error(`${name} answers ${status} to a bad token`);
}

import { dirname } from 'node:path';
import { type RunningProgram, runProgram } from '@mcp-whoami/testkit';
import { z } from 'zod';
import { callOf } from './call.ts';
import type { Contestant } from './contestants.ts';
import { startGithubSignIn } from './github-sign-in.ts';
import { type Idp, idp as idpFacts, user } from './idp-facts.ts';

/** How long an answer may take that is checked, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000;

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
 * @param core that it runs on; undefined where processes are not pinned.
 * @throws {Error} when its answers are wrong: then no figure of it means anything.
 */
export async function startServer(contestant: Contestant, idp: Idp, core?: number): Promise<RunningServer> {
  const begin = performance.now();
  const { name, command, environment, token, answers: expected = user.sub } = contestant;
  await using stack = new AsyncDisposableStack();
  const github = token === 'own' ? stack.use(await startGithubSignIn()) : undefined;
  const known = { ...environment(idp), ...github?.environment };
  const program = stack.use(await runOn(core, command, known, /ready at (\S+)/));
  const url = `${program.found}/mcp`;
  const call = callOf(contestant);
  const right = token === 'own' ? await github?.tokenOf(program.found) : token && idp[token];
  const withToken = (value: string) => ({ ...call.headers, authorization: `Bearer ${value}` });
  const headers = right === undefined ? call.headers : withToken(right);
  const post = async (sent: Record<string, string>) => {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const response = await fetch(url, { ...call, headers: sent, signal });
    return { status: response.status, body: await response.text() };
  };

  const { status, body } = await post(headers);
  // JSON, or the one event of a stream.
  const json = /^data: (.*)$/m.exec(body)?.[1] ?? body;
  const parsed = status === 200 ? toolAnswer.parse(JSON.parse(json)) : undefined;
  if (!parsed?.result.content[0].text.includes(expected))
    throw new Error(`${name} answers ${status} ${body}`);
  const readyAfter = performance.now() - begin;
  // A server that lets everybody in must not look fast.
  for (const bad of right === undefined ? [] : [call.headers, withToken(`${right.slice(0, -8)}AAAAAAAA`)]) {
    const refused = await post(bad);
    if (refused.status !== 401) throw new Error(`${name} answers ${refused.status} to a bad token`);
  }
  const running = stack.move();
  const answerSize = Buffer.byteLength(body);
  const { pid } = program;
  return {
    ...{ contestant, url, pid, headers, expected, readyAfter, answerSize },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Starts an identity provider that takes some milliseconds for each answer. */
export async function startIdp(latency: number, stack: AsyncDisposableStack, core?: number): Promise<Idp> {
  const command = [process.execPath, `${import.meta.dirname}/idp.ts`] as const;
  const program = await runOn(core, command, { LATENCY_MS: String(latency) }, /ready (\{.*\})\n/);
  stack.use(program);
  return idpFacts.parse(JSON.parse(program.found));
}

function runOn(
  core: number | undefined,
  command: readonly [string, ...string[]],
  environment: Record<string, string>,
  ready: RegExp,
): Promise<RunningProgram> {
  const pinned = core === undefined ? [] : ['taskset', '--cpu-list', String(core)];
  const [file, ...parameters] = [...pinned, ...command];
  // `mcp-whoami` becomes the first Node on the path: the process is then the server itself, not what started it.
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  return runProgram(file ?? '', parameters, { ready, env: { PATH, NODE_ENV: 'production', ...environment } });
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { serveOnLoopback, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createIdpRequester } from '../src/idp/requester.ts';
import { connect } from './test-provider.ts';

/** After so many requests without a whole answer the endpoint is asked whether it answers at all. */
const suspicions = 5;

const start = async () => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn({ accessTokens: 'opaque', resource: 'ignored' }));
  const connection = stack.use(await connect(idp, { TEST_AUDIENCE: '*' }));
  const token = await idp.issueAccessToken();
  const questions = () => idp.requests.count('userinfo');
  const neutralQuestions = () =>
    idp.requests.filter(({ path, authorization }) => path === '/me' && authorization === undefined).length;
  const owned = stack.move();
  return {
    idp,
    connection,
    token,
    questions,
    neutralQuestions,
    verdict: () => verdictOn(connection, token),
    subject: () =>
      connection.verifyAccessToken(token).then(
        ({ subject }) => subject,
        () => 'undecided',
      ),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

describe('a dead endpoint of the IdP', () => {
  it.each(['refuse', 'reset-mid-body', 'no-http'] as const)(
    'is not asked by every call, and serves again soon after it is back: %s',
    async (fault) => {
      await using started = await start();
      started.idp.fail('userinfo', fault);
      for (let call = 0; call < suspicions; call += 1) {
        expect(await started.verdict()).toMatchObject({ code: 'idp_unavailable', status: 503 });
      }
      await expect.poll(started.neutralQuestions).toBe(1);
      await expect.poll(async () => (await started.verdict()).logMessage).toContain('left alone');
      const asked = started.questions();
      for (let call = 0; call < 20; call += 1) await started.verdict();
      expect(started.questions()).toBe(asked);
      started.idp.recover();
      await expect.poll(started.subject, { timeout: 15_000, interval: 250 }).toBe('ada');
    },
  );

  it('is tried by a neutral question alone, for which one call waits', async () => {
    await using started = await start();
    const { idp } = started;
    // It is known to answer the neutral question.
    idp.fail('userinfo', 'refuse', { times: suspicions });
    for (let call = 0; call < suspicions; call += 1) await started.verdict();
    await expect.poll(started.neutralQuestions).toBe(1);

    idp.fail('userinfo', 'hang');
    const timed = async () => {
      const asked = performance.now();
      expect(await started.verdict()).toMatchObject({ code: 'idp_unavailable', status: 503 });
      return performance.now() - asked;
    };
    expect(Math.max(...(await Promise.all(Array.from({ length: suspicions }, timed))))).toBeGreaterThan(
      4_000,
    );
    await expect
      .poll(async () => (await started.verdict()).logMessage, { timeout: 10_000 })
      .toContain('left alone');
    const asked = started.questions() - started.neutralQuestions();

    const quick = 1_000;
    for (let call = 0; call < 100; call += 1) expect(await timed()).toBeLessThan(quick);
    let trial: Promise<number> | undefined;
    await expect
      .poll(
        () => {
          trial = timed();
          return Promise.race([trial, new Promise((resolve) => setTimeout(resolve, quick, 'waits'))]);
        },
        { timeout: 15_000, interval: 100 },
      )
      .toBe('waits');
    const beside = await Promise.all(Array.from({ length: 100 }, timed));
    expect(Math.max(...beside)).toBeLessThan(quick);
    await trial;
    expect(started.questions() - started.neutralQuestions()).toBe(asked);
  });

  it.each(['status-500', 'redirect', 'html-200', 'huge', 'gzip-bomb'] as const)(
    'is none that answers, if only with %s',
    async (fault) => {
      await using started = await start();
      started.idp.fail('userinfo', fault, { times: 20 });
      for (let call = 0; call < 20; call += 1) await started.verdict();
      expect(await started.subject()).toBe('ada');
      expect(started.neutralQuestions()).toBe(0);
    },
  );
});

/** An endpoint by the test's own rule. */
const startEndpoint = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const running = await serveOnLoopback(createServer(answer));
  onTestFinished(() => running[Symbol.asyncDispose]());
  const url = `http://127.0.0.1:${running.port}/`;
  return createIdpRequester(url, async () => ({}));
};

const asks = (authorization: string) => ({ headers: { authorization } });

it('requests that a gateway drops for what they carry shut the endpoint to nobody else', async () => {
  const ask = await startEndpoint((request, response) => {
    if (request.headers.authorization === 'Bearer dropped') request.socket.destroy();
    else response.end('{}');
  });
  for (let round = 0; round < 10; round += 1) {
    const dropped = Array.from({ length: 10 }, () => ask(asks('Bearer dropped')));
    for (const { status } of await Promise.allSettled(dropped)) expect(status).toBe('rejected');
    expect((await ask(asks('Bearer good'))).status).toBe(200);
  }
});

it('an endpoint that takes its time with the neutral question, as with every other, is not shut', async () => {
  const ask = await startEndpoint((request, response) => {
    if (request.headers.authorization === 'Bearer dropped') request.socket.destroy();
    else setTimeout(() => response.end('{}'), 2_500);
  });
  for (let call = 0; call < 2 * suspicions; call += 1) {
    await ask(asks('Bearer dropped')).catch(() => undefined);
  }
  for (let call = 0; call < 2; call += 1) expect((await ask(asks('Bearer good'))).status).toBe(200);
});

it('a gateway that drops the neutral question too shuts the endpoint for a rest at a time, and no longer', async () => {
  const ask = await startEndpoint((request, response) => {
    if (request.headers.authorization === 'Bearer good') response.end('{}');
    else request.socket.destroy();
  });
  for (let call = 0; call < suspicions; call += 1) await ask(asks('Bearer dropped')).catch(() => undefined);
  const good = () =>
    ask(asks('Bearer good')).then(
      ({ status }) => status,
      () => 'not asked',
    );
  await expect.poll(good).toBe('not asked');
  await expect.poll(good, { timeout: 15_000, interval: 250 }).toBe(200);
});

it('an endpoint that answers is not shut by requests that waited too long for their turn', async () => {
  const latency = 200;
  const ask = await startEndpoint((_, response) => void setTimeout(() => response.end('{}'), latency));
  // The last of them get their turn when hardly any of their time is left.
  const crowd = Array.from({ length: 1_000 }, () => ask({ timeout: 5 * latency }));
  const outcomes = await Promise.allSettled(crowd);
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['fulfilled', 'rejected']));
  expect((await ask({})).status).toBe(200);
});

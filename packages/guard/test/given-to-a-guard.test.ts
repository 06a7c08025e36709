import type { ProviderConnection } from '@mcp-whoami/provider';
import { startStandIn } from '@mcp-whoami/testkit';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { createFetchGuard } from '../src/fetch.ts';
import { createGuard, type GuardOptions } from '../src/index.ts';
import { captureLog } from './captured-log.ts';
import { connectForTest } from './guarded-server.ts';
import { listen } from './raw-http.ts';

const origin = 'https://mcp.example.com';
const mcp = `${origin}/mcp`;
const sse = `${origin}/sse`;
const prm = '/.well-known/oauth-protected-resource';

const startConnection = async () => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn());
  const connection = stack.use(
    await connectForTest(idp, { settings: undefined, resources: [mcp, sse], publicUrl: origin }),
  );
  const owned = stack.move();
  return { idp, connection, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

/** What a program without types may hand over. */
const untyped = (options: object): GuardOptions => JSON.parse('{}', () => options);

const makers = { createGuard, createFetchGuard: (options: GuardOptions) => createFetchGuard(options) };

describe.each(Object.entries(makers))('%s', (_, create) => {
  it('protects the resources of its connection, which may be said again in any order', async () => {
    await using started = await startConnection();
    const { connection } = started;
    expect(() => create({ connection })).not.toThrow();
    expect(() => create({ connection, resources: [sse, mcp] })).not.toThrow();
  });

  it.each([
    { resources: [mcp], named: `the guard protects ${mcp}, but its connection is for ${mcp}, ${sse}` },
    {
      resources: [mcp, sse, `${origin}/other`],
      named: `the guard protects ${mcp}, ${sse}, ${origin}/other, but its connection is for ${mcp}, ${sse}`,
    },
  ])('refuses others than those of its connection, by the names of both: $resources', async (options) => {
    await using started = await startConnection();
    const { connection } = started;
    expect(() => create(untyped({ connection, resources: options.resources }))).toThrow(options.named);
  });

  it.each([
    { resources: ['/mcp'], found: 'resources does not work: ["/mcp"]' },
    { resources: ['localhost:3001/mcp'], found: 'resources does not work: ["localhost:3001/mcp"]' },
    { resources: [`${mcp}#tools`], found: 'resources does not work' },
    { resources: [], found: 'resources does not work: []' },
    { resources: mcp, found: 'resources does not work: "https://mcp.example.com/mcp"' },
    { resources: undefined, found: 'resources is not set.' },
  ])('says what resources are, for $resources', ({ resources, found }) => {
    const create_ = () => create(untyped({ connection: 'none', resources }));
    expect(create_).toThrow(found);
    expect(create_).toThrow('example:  resources: ["http://localhost:3001/mcp"]');
  });

  it('says where an `await` was forgotten', () => {
    const connection = Promise.resolve({});
    expect(() => create(untyped({ connection }))).toThrow(
      /connection does not work: a Promise\n.*put await before them/,
    );
  });

  it.each([undefined, {}, 'None'])('refuses %o as a connection', (connection) => {
    expect(() => create(untyped({ connection, resources: [mcp] }))).toThrow(
      /^connection (is not set|does not work)[\s\S]*which connect or connectFromEnvironment of a provider gives/,
    );
  });
});

describe('the compiler', () => {
  it('asks for the resources where there is no connection, and for an `await`', () => {
    const promised: Promise<ProviderConnection> = Promise.reject(new Error('never connected'));
    promised.catch(() => undefined);
    // @ts-expect-error: nothing says what is protected.
    expect(() => createGuard({ connection: 'none' })).toThrow('resources is not set');
    // @ts-expect-error: the same.
    expect(() => createFetchGuard({ connection: 'none' })).toThrow('resources is not set');
    // @ts-expect-error: an `await` is missing.
    expect(() => createGuard({ connection: promised })).toThrow('a Promise');
    // @ts-expect-error: an `await` is missing.
    expect(() => createFetchGuard({ connection: promised, resources: [mcp] })).toThrow('a Promise');
  });
});

it('a guard has the metadata of each resource of its connection', async () => {
  await using started = await startConnection();
  const guard = createFetchGuard({ connection: started.connection, logger: captureLog().logger });
  for (const [path, resource] of [
    ['', mcp],
    ['/mcp', mcp],
    ['/sse', sse],
  ]) {
    const answer = await guard.entrance(new Request(`${origin}${prm}${path}`));
    expect(await answer?.json()).toMatchObject({ resource });
  }
});

describe('the log says once that a protected route is reached without the entrance', () => {
  it.each(['before the entrance', 'without an entrance'])('in Express, %s', async (where) => {
    await using started = await startConnection();
    const log = captureLog();
    const guard = createGuard({ connection: started.connection, logger: log.logger });
    const app = express();
    app.all('/mcp', guard.requireBearer(mcp));
    if (where === 'before the entrance') app.use(guard.entrance);
    await using server = await listen(app);
    for (let call = 0; call < 2; call += 1)
      expect((await fetch(`http://localhost:${server.port}/mcp`)).status).toBe(401);
    const lines = log.records().filter(({ reason }) => reason === 'entrance_missing');
    expect(lines).toMatchObject([{ level: 50, method: 'GET', path: '/mcp' }]);
    expect(lines[0]?.msg).toContain('Put app.use(guard.entrance) before every route');
  });

  it('and not where it stands before', async () => {
    await using started = await startConnection();
    const log = captureLog();
    const guard = createGuard({
      connection: started.connection,
      allowedHosts: ['localhost'],
      logger: log.logger,
    });
    const app = express().use(guard.entrance);
    app.use('/mcp', express.Router().use(guard.requireBearer(mcp)));
    await using server = await listen(app);
    expect((await fetch(`http://localhost:${server.port}/mcp`)).status).toBe(401);
    expect(log.records().map(({ reason }) => reason)).toEqual(['credentials_missing']);
  });

  it('with web-standard requests', async () => {
    await using started = await startConnection();
    const log = captureLog();
    const guard = createFetchGuard({ connection: started.connection, logger: log.logger });
    const entered = new Request(mcp);
    expect(await guard.entrance(entered)).toBeUndefined();
    await guard.authorize(entered);
    await guard.handle(new Request(mcp), () => new Response());
    expect(log.records().map(({ reason }) => reason)).not.toContain('entrance_missing');

    for (let call = 0; call < 2; call += 1) await guard.authorize(new Request(mcp));
    const lines = log.records().filter(({ reason }) => reason === 'entrance_missing');
    expect(lines).toMatchObject([{ method: 'GET', path: '/mcp' }]);
    expect(lines[0]?.msg).toContain('Call guard.entrance(request) with the same request');
  });
});

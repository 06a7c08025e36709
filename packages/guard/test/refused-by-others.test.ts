import { TokenRefusedError } from '@mcp-whoami/provider';
import express from 'express';
import { expect, it } from 'vitest';
import { createGuard } from '../src/index.ts';
import { captureLog } from './captured-log.ts';
import { startGuarded } from './guarded-server.ts';
import { parseChallenge } from './parse-challenge.ts';
import { listen } from './raw-http.ts';

it('a token that other code refuses is challenged for the resource whose path the request has', async () => {
  await using started = await startGuarded();
  const { connection, resources, origin } = started.server;
  const guard = createGuard({ connection, resources, logger: captureLog().logger });
  const app = express();
  app.use(() => {
    throw new TokenRefusedError('expired', 'it has passed');
  });
  app.use(guard.errorHandler);
  await using running = await listen(app);
  const challengeAt = async (path: string) => {
    const { status, headers } = await fetch(`http://localhost:${running.port}${path}`);
    expect(status).toBe(401);
    return parseChallenge(headers.get('www-authenticate'));
  };
  const error = { error: 'invalid_token', error_description: 'The access token has expired' };
  for (const path of ['/mcp', '/sse']) {
    const resource_metadata = `${origin}/.well-known/oauth-protected-resource${path}`;
    expect(await challengeAt(path)).toEqual({ ...error, scope: 'openid profile', resource_metadata });
  }
  expect(await challengeAt('/elsewhere')).toEqual(error);
});

it('the error handler of an app under a resource’s own path knows the resource', async () => {
  await using started = await startGuarded();
  const { connection, resources, origin } = started.server;
  const guard = createGuard({ connection, resources, logger: captureLog().logger });
  const mounted = express();
  mounted.use(() => {
    throw new TokenRefusedError('expired', 'it has passed');
  });
  mounted.use(guard.errorHandler);
  const app = express();
  app.use('/sse', mounted);
  await using running = await listen(app);
  const { headers } = await fetch(`http://localhost:${running.port}/sse`);
  expect(parseChallenge(headers.get('www-authenticate'))).toMatchObject({
    resource_metadata: `${origin}/.well-known/oauth-protected-resource/sse`,
  });
});

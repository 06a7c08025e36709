import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { signInForToken } from '@mcp-whoami/testkit';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { inspectorProgram } from './start-inspector.ts';
import { startWhoami } from './start-whoami.ts';

const timeout = 30_000; // ms

const runInspector = (url: string, ...options: string[]) =>
  promisify(execFile)(
    process.execPath,
    [inspectorProgram, '--cli', url, '--method', 'tools/call', '--tool-name', 'whoami', ...options],
    // Without a home it has nowhere to keep or find a sign-in.
    { timeout, env: { PATH: process.env.PATH, HOME: '/nonexistent', MCP_INSPECTOR_SECRET_STORE: 'memory' } },
  );

const metadata = z.object({ authorization_servers: z.tuple([z.string()]) });

it('MCP Inspector on the command line says who the token is', async () => {
  await using whoami = await startWhoami({ PROVIDER: 'dev' });
  const answer = await fetch(`${whoami.url}/.well-known/oauth-protected-resource/mcp`);
  const [issuer] = metadata.parse(await answer.json()).authorization_servers;
  const user = { sub: 'Grace Hopper' };
  const { accessToken } = await signInForToken({ issuer }, { user, resource: whoami.mcp });
  for (const era of ['legacy', 'auto', 'modern']) {
    const { stdout } = await runInspector(
      whoami.mcp,
      ...['--header', `Authorization: Bearer ${accessToken}`, '--protocol-era', era],
    );
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ structuredContent: { sub: 'dev-grace', aud: whoami.mcp } });
    // Only 2026-07-28 has a server name itself in each answer.
    expect('_meta' in answer, era).toBe(era !== 'legacy');
  }
  const refused = runInspector(whoami.mcp, '--header', 'Authorization: Bearer unknown');
  await expect(refused).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringContaining('"auth_required"'),
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { callWhoami } from './start-whoami.ts';

const flood = 20_000;
const atOnce = 50;
const allowedGrowth = 64; // MiB

/** The server as its script `dev` starts it, but in a process of its own, whose memory the system tells. */
const startProcess = async (environment: Record<string, string>) => {
  const [program, ...words] = manifest.scripts.dev.split(' ');
  expect(program).toBe('node');
  const child = spawn(process.execPath, words, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, ...environment, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let output = '';
  child.stdout.on('data', (chunk) => {
    // The log of the flood is read and forgotten.
    if (!output.includes('VS Code')) output += String(chunk);
  });
  await expect.poll(() => output, { timeout: 20_000 }).toContain('VS Code');
  return {
    mcp: `${/ready at (\S+)/.exec(output)?.[1]}/mcp`,
    /** In MiB. */
    residentMemory: async () => {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await closed;
    },
  };
};

describe('the resident memory of the server', () => {
  it.skipIf(process.platform !== 'linux')(
    `grows by less than ${allowedGrowth} MiB with ${flood} bad tokens, and a good one stays known`,
    { timeout: 240_000 },
    async () => {
      await using idp = await startStandIn({ accessTokens: 'opaque', introspection: true });
      const { clientId, clientSecret } = idp.introspectionClient;
      await using server = await startProcess({
        PROVIDER: 'generic-oidc',
        OIDC_ISSUER: idp.issuer,
        OIDC_CLIENT_ID: clientId,
        OIDC_CLIENT_SECRET: clientSecret,
        OIDC_VERDICT_LIFETIME: '60',
      });
      const call = async (token: string) => {
        const answer = await callWhoami(server.mcp, token);
        await answer.text();
        return answer.status;
      };
      const good = await idp.issueAccessToken({ resource: server.mcp });
      for (let sent = 0; sent < 1_000; sent += atOnce) {
        await Promise.all(Array.from({ length: atOnce }, () => call(good)));
      }
      expect(idp.requests.count('introspection')).toBe(1);

      const before = await server.residentMemory();
      const statuses = new Set<number>();
      for (let sent = 0; sent < flood; sent += atOnce) {
        const answers = Array.from({ length: atOnce }, (_, index) => call(`garbage-${sent + index}`));
        for (const status of await Promise.all(answers)) statuses.add(status);
      }
      expect(statuses).toEqual(new Set([401, 503]));
      expect((await server.residentMemory()) - before).toBeLessThan(allowedGrowth);

      idp.requests.clear();
      expect(await call(good)).toBe(200);
      expect(idp.requests.count('introspection')).toBe(0);
    },
  );
});

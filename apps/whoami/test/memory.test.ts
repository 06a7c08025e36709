import { readFile } from 'node:fs/promises';
import { startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { clientOf } from './client-of.ts';
import { runMain } from './run-main.ts';
import { callWhoami } from './start-whoami.ts';

const flood = 20_000;
const atOnce = 50;
const allowedGrowth = 64; // MiB

/** The options of Node in the script with which a person starts the server. */
const nodeOptions = manifest.scripts.dev
  .split(' ')
  .filter((word) => word.startsWith('--') && word !== '--import');

/** In MiB, as the system tells it. */
const residentMemory = async (pid: number | undefined) => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
};

describe('the resident memory of the server', () => {
  it.skipIf(process.platform !== 'linux')(
    `grows by less than ${allowedGrowth} MiB with ${flood} bad tokens, and a good one stays known`,
    { timeout: 240_000 },
    async () => {
      await using idp = await startStandIn({ accessTokens: 'opaque', introspection: true });
      const environment = {
        PROVIDER: 'generic-oidc',
        PORT: '0',
        OIDC_ISSUER: idp.issuer,
        ...clientOf(idp),
        OIDC_TOKEN_CACHE_SECONDS: '60',
      };
      expect(manifest.scripts.dev).toMatch(/^node .* src\/main\.ts$/);
      await using server = runMain(environment, nodeOptions);
      const mcp = `${/ready at (\S+)/.exec(await server.ready())?.[1]}/mcp`;
      const call = async (token: string) => {
        const answer = await callWhoami(mcp, token);
        await answer.text();
        return answer.status;
      };
      const good = await idp.issueAccessToken({ resource: mcp });
      for (let sent = 0; sent < 1_000; sent += atOnce) {
        await Promise.all(Array.from({ length: atOnce }, () => call(good)));
      }
      expect(idp.requests.count('introspection')).toBe(1);

      const before = await residentMemory(server.child.pid);
      const statuses = new Set<number>();
      for (let sent = 0; sent < flood; sent += atOnce) {
        const answers = Array.from({ length: atOnce }, (_, index) => call(`garbage-${sent + index}`));
        for (const status of await Promise.all(answers)) statuses.add(status);
      }
      expect(statuses).toEqual(new Set([401, 429]));
      expect((await residentMemory(server.child.pid)) - before).toBeLessThan(allowedGrowth);

      idp.requests.clear();
      expect(await call(good)).toBe(200);
      expect(idp.requests.count('introspection')).toBe(0);
    },
  );
});

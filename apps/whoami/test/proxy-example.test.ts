import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, skipOutsideCi } from '@mcp-whoami/testkit';
import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describe, expect, it } from 'vitest';
import { startWhoami } from './start-whoami.ts';

const readme = await readFile(join(import.meta.dirname, '../../../README.md'), 'utf8');
const blockOf = (language: string) =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(readme)?.[1] ?? '';

const hasNginx = spawnSync('nginx', ['-v']).error === undefined;
if (!hasNginx)
  skipOutsideCi('The test of the README’s example of a proxy needs nginx on the PATH, and there is none');

/** nginx with the README's example, until it answers. */
const startNginx = async (serverPort: number) => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'whoami-nginx-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const location = blockOf('nginx').replace('127.0.0.1:3001', `127.0.0.1:${serverPort}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; error_log stderr crit;
events {}
http { access_log off; ${temporary.join(' ')} server { listen 127.0.0.1:${port}; ${location} } }`,
  );
  const nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], { stdio: 'inherit' });
  const closed = once(nginx, 'close');
  stack.defer(async () => {
    nginx.kill();
    await closed;
  });
  const origin = `http://localhost:${port}`;
  await expect.poll(() => fetch(origin).catch(() => undefined), { timeout: 10_000 }).toBeDefined();
  const owned = stack.move();
  return { origin, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

describe.skipIf(!hasNginx)('the README’s example of a proxy', () => {
  it('lets clients sign in at a server under a path, over both transports', async () => {
    const serverPort = await freePort();
    await using nginx = await startNginx(serverPort);
    const environment = Object.fromEntries(
      blockOf('ini')
        .trim()
        .split('\n')
        .map((line) => line.replace('https://mcp.example.com', nginx.origin).split('=')),
    );
    expect(Object.keys(environment)).toEqual(['PUBLIC_URL', 'TRUSTED_PROXIES']);
    await using whoami = await startWhoami({ PORT: String(serverPort), ...environment });
    for (const connect of [connectSdkV1, connectSdkV2]) {
      for (const [url, transport] of [
        [whoami.mcp, 'http'],
        [whoami.sse, 'sse'],
      ] as const) {
        await using client = await connect(url, { transport, user: { sub: 'Ada Lovelace' } });
        expect(await client.callWhoami()).toMatchObject({ sub: 'dev-ada' });
      }
    }
    // What a client says itself is not believed: the proxy says it anew.
    const forged = { host: 'evil.example', 'x-forwarded-host': new URL(nginx.origin).host };
    const [answer] = await once(get(whoami.mcp, { headers: forged }), 'response');
    answer.resume();
    expect(answer.statusCode).toBe(403);
  });
});

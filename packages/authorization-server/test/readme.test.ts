import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, runProgram } from '@mcp-whoami/testkit';
import { CookieJar } from 'tough-cookie';
import { expect, it } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const redirectUri = 'http://127.0.0.1:49152/callback';

it('the example of the README signs a person in', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, example = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  const port = String(await freePort());
  await using stack = new AsyncDisposableStack();
  // In the package, whose name it imports.
  const folder = await mkdtemp(join(root, '.readme-'));
  stack.defer(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'example.ts'), example.replaceAll('3002', port));
  const program = await runProgram(process.execPath, ['example.ts'], { cwd: folder, ready: /^(http:.*)$/m });
  stack.use(program);
  const issuer = program.found;

  const cookies = new CookieJar();
  const request = async (url: string, init: RequestInit = {}) => {
    const headers = { accept: 'text/html', cookie: await cookies.getCookieString(url), ...init.headers };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) await cookies.setCookie(cookie, url);
    return response;
  };
  const locationOf = (response: Response) => new URL(response.headers.get('location') ?? '', issuer).href;

  const registered = await fetch(`${issuer}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: '<b>Client</b>',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    }),
  });
  const { client_id: clientId } = z.object({ client_id: z.string() }).parse(await registered.json());
  const asked = await request(
    `${issuer}/auth?${new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid nonsense',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })}`,
  );
  const signIn = locationOf(asked);
  const page = await (await request(signIn)).text();
  expect(page).toContain('<strong>&lt;b&gt;Client&lt;/b&gt;</strong>');
  expect(page).toContain('<strong>http://127.0.0.1:49152</strong>, a program on this computer');

  const answer = { method: 'POST', body: new URLSearchParams({ answer: 'yes' }) };
  const foreign = { ...answer, headers: { origin: 'http://localhost:1' } };
  expect(await request(signIn, foreign)).toHaveProperty('status', 403);
  const resumed = await request(locationOf(await request(signIn, answer)));
  expect(locationOf(resumed)).toMatch(/^http:\/\/127\.0\.0\.1:49152\/callback\?code=/);
});

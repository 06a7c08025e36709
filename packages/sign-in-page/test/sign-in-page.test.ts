import { createServer } from 'node:http';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { createSignInPage, type SignInPageOptions } from '../src/index.ts';

const published = { issuer: 'https://idp.example.com', metadata: { issuer: 'https://idp.example.com' } };
const about = { metadata: published.metadata, notes: ['Only <b>staff</b> may come'] };
const connection = { ...published, published, advice: {}, about };

const options: SignInPageOptions = {
  title: 'weather',
  publicUrl: 'https://mcp.example.com/tools/weather',
  resources: ['https://mcp.example.com/tools/weather/mcp'],
  connection,
  providerTitle: 'Our IdP',
};

const page = createSignInPage(options);

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  page.fetch(new Request(`https://mcp.example.com${path}`, { headers, method }));

const paths = [
  '',
  '/',
  '/?code=a',
  '/page/main.js',
  '/page/walk/token.js',
  '/page/oauth4webapi.js',
  '/page/base.css',
];
const others = [
  '/mcp',
  '/page',
  '/page/',
  '/page/page-files.ts',
  '/tools/weathermap',
  '/%2e%2e/package.json',
];

describe('the page of a server on web standards', () => {
  it.each(paths)('answers %s, with the path of the public URL and without', async (path) => {
    const answers = [get(path), get(`/tools/weather${path}`)];
    expect(answers.map((answer) => answer?.status)).toEqual([200, 200]);
    const [one, other] = await Promise.all(answers.map((answer) => answer?.text()));
    expect(one).toBe(other);
  });

  it.each(others)('leaves %s to others', (path) => {
    expect(get(path)).toBeUndefined();
    expect(get('/', {}, 'POST')).toBeUndefined();
  });

  it('has the library as it is installed', async () => {
    expect(await get('/page/oauth4webapi.js')?.text()).toContain(
      'export async function processDiscoveryResponse',
    );
  });

  it('sends a file again only when it has changed', async () => {
    const etag = get('/page/main.js')?.headers.get('etag') ?? '';
    const again = get('/page/main.js', { 'if-none-match': etag });
    expect([again?.status, await again?.text()]).toEqual([304, '']);
    expect(get('/page/base.css', { 'if-none-match': etag })?.status).toBe(200);
  });

  it('writes what it is told as text', async () => {
    const title = '"><script>alert(1)</script>';
    const hostile = { ...options, title, providerTitle: title, description: title };
    const html = await createSignInPage(hostile).fetch(new Request('https://mcp.example.com/'))?.text();
    expect(html).not.toContain('<script>alert');
    expect(await get('/')?.text()).toContain('Only &lt;b&gt;staff&lt;/b&gt; may come.');
  });
});

describe('the page of a server of node:http', () => {
  const serve = (given: SignInPageOptions) => serveOnLoopback(createServer(createSignInPage(given).handler));

  it('is the same, and 404 is the rest', async () => {
    await using server = await serve(options);
    const url = `http://localhost:${server.port}`;
    expect(await (await fetch(url)).text()).toBe(await get('/')?.text());
    expect((await fetch(`${url}/page/main.js`)).headers.get('content-type')).toContain('text/javascript');
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${url}/mcp`, { method: 'POST' })).status).toBe(404);
  });

  it('is 503 while the identity provider is waited for', async () => {
    await using server = await serve({ ...options, connection: 'waiting' });
    const answer = await fetch(`http://localhost:${server.port}`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(await answer.text()).toContain('Waiting for the identity provider');
  });
});

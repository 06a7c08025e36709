import { createServer } from 'node:http';
import { afterEach, expect, it, vi } from 'vitest';
import { describeChromium, findChromium } from '../src/chromium/index.ts';
import { close, listen } from '../src/loopback-server.ts';
import { skipOutsideCi } from '../src/skip-outside-ci.ts';

const nowhere = '/nowhere/chromium';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it('takes the Chromium that CHROMIUM_PATH names, and no other in its place', () => {
  vi.stubEnv('CHROMIUM_PATH', process.execPath);
  expect(findChromium()).toBe(process.execPath);
  vi.stubEnv('CHROMIUM_PATH', nowhere);
  expect(findChromium()).toBeUndefined();
});

it('fails in CI where there is no Chromium', () => {
  vi.stubEnv('CI', 'true');
  vi.stubEnv('CHROMIUM_PATH', nowhere);
  expect(() => describeChromium('walks', () => {})).toThrow('need a Chromium');
});

it('says once that there is none, however many tests need it', () => {
  vi.stubEnv('CI', '');
  vi.stubEnv('CHROMIUM_PATH', nowhere);
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  skipOutsideCi('One thing is lacking');
  skipOutsideCi('One thing is lacking');
  skipOutsideCi('Another is lacking');
  expect(write.mock.calls).toEqual([
    ['One thing is lacking. They are skipped.\n'],
    ['Another is lacking. They are skipped.\n'],
  ]);
});

describeChromium('a page', (openPage) => {
  it('reaches this machine only', async () => {
    await using page = await openPage();
    await expect(page.goto('http://example.com')).rejects.toThrow('ERR_NAME_NOT_RESOLVED');
  });

  it('has the cookies of nobody else', async () => {
    const server = createServer((request, response) => {
      response.setHeader('set-cookie', 'seen=yes').end(request.headers.cookie ?? 'a stranger');
    });
    const { port } = await listen(server);
    await using stack = new AsyncDisposableStack();
    stack.defer(() => close(server));
    const url = `http://localhost:${port}`;

    await using page = await openPage();
    await page.goto(url);
    expect(await page.textContent('body')).toBe('a stranger');
    await page.reload();
    expect(await page.textContent('body')).toBe('seen=yes');

    await using other = await openPage();
    await other.goto(url);
    expect(await other.textContent('body')).toBe('a stranger');
  });
});

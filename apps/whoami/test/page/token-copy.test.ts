import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describeChromium, type OpenPage } from '@mcp-whoami/testkit/chromium';
import { expect, it } from 'vitest';
import { startWhoami } from '../start-whoami.ts';
import { accessibilityViolations } from './axe.ts';
import { pressSignIn, visit } from './visit.ts';

/** The page after a sign-in, and the token that it got. */
async function signIn(openPage: OpenPage, permissions: string[]) {
  await using stack = new AsyncDisposableStack();
  const whoami = stack.use(await startWhoami());
  const { page } = stack.use(await visit(openPage, whoami.publicUrl, { permissions }));
  const answered = page.waitForResponse((response) => response.url().endsWith('/token'));
  await pressSignIn(page);
  await page.getByRole('button', { name: 'Continue as Ada Lovelace' }).click();
  const token = String(Object(await (await answered).json()).access_token);
  await page.getByRole('region', { name: 'Ada Lovelace' }).waitFor();
  const owned = stack.move();
  return { page, token, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const offer = { name: 'Copy the token for curl' };
const confirm = { name: 'Copy it, once' };

describeChromium('the token', (openPage) => {
  it('is copied once, after a warning, and never shown', async () => {
    await using signedIn = await signIn(openPage, ['clipboard-read', 'clipboard-write']);
    const { page, token } = signedIn;
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.evaluate(() => navigator.clipboard.writeText('before'));
    await page.getByRole('button', offer).click();
    await page.getByText('Whoever has this token can call this server as you').waitFor();
    expect(await clipboard()).toBe('before');
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByRole('button', confirm).click();
    await page.getByText('this page has it no more').first().waitFor();
    expect(await clipboard()).toBe(token);
    expect(await page.getByRole('button', offer).count()).toBe(0);
    expect(await page.getByRole('button', confirm).count()).toBe(0);
    expect(await page.content()).not.toContain(token);
    expect(await accessibilityViolations(page)).toEqual([]);

    const command = (await page.locator('#token-copy pre').textContent()) ?? '';
    const [read = '', ...call] = command.split('\n');
    expect(read).toMatch(/^read -rs TOKEN/);
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-c', call.join('\n').replace('curl -i', 'curl -s')],
      {
        env: { ...process.env, TOKEN: token },
      },
    );
    expect(JSON.parse(stdout).result.structuredContent).toMatchObject({ sub: 'dev-ada' });
  });

  it('stays where the browser does not let the page copy, which is said', async () => {
    await using signedIn = await signIn(openPage, []);
    const { page, token } = signedIn;
    await page.evaluate(() => {
      Object.defineProperty(navigator.clipboard, 'writeText', {
        value: () => Promise.reject(new DOMException('no', 'NotAllowedError')),
      });
    });
    await page.getByRole('button', offer).click();
    await page.getByRole('button', confirm).click();
    await page.getByText('The browser does not let this page copy').waitFor();
    expect(await page.getByRole('button', confirm).isEnabled()).toBe(true);
    expect(await page.content()).not.toContain(token);
    expect(await accessibilityViolations(page)).toEqual([]);
  });
});

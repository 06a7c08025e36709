import type { OpenPage, Page } from '@mcp-whoami/testkit/chromium';
import { expect } from 'vitest';

/** A visit of the server's page. */
export interface Visit extends AsyncDisposable {
  page: Page;
  /** The origin of everything that the server's page asked for, or sent the browser to. */
  origins: Set<string>;
}

/**
 * Nothing but this machine: a proxy where nobody listens takes the rest. The stand-in's own pages ask for a font on the
 * internet, and show nothing until they know that they will not get it.
 */
const onlyThisMachine = { server: 'http://127.0.0.1:9', bypass: 'localhost,127.0.0.1' };

/** Opens the server's page as a stranger. Its own code may not complain about anything until it is closed. */
export async function visit(
  openPage: OpenPage,
  url: string,
  options: Parameters<OpenPage>[0] = {},
): Promise<Visit> {
  const page = await openPage({ proxy: onlyThisMachine, ...options });
  const origins = new Set<string>();
  const errors: string[] = [];
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    // The pages of the IdP ask for what they like.
    const asker = request.frame().url();
    if (protocol !== 'data:' && (asker === 'about:blank' || asker.startsWith(url))) origins.add(origin);
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) errors.push(message.text());
  });
  await page.goto(url);
  return {
    page,
    origins,
    [Symbol.asyncDispose]: async () => {
      await page.close();
      expect(errors, 'what the page’s own code complained about').toEqual([]);
    },
  };
}

/** The button that starts it all. */
export const pressSignIn = (page: Page) => page.getByRole('button', { name: /^Sign in( again)?$/ }).click();

/** A step of the walk by its name. */
export const step = (page: Page, id: string) => page.locator(`li[data-step="${id}"]`);

/** The states of the steps, in their order. */
export const states = (page: Page) =>
  page.locator('li[data-step]').evaluateAll((items) => items.map((item) => item.getAttribute('data-state')));

/** Waits for a step to fail and gives all that it says. */
export async function failureOf(page: Page, id: string): Promise<string> {
  await orTell(page, page.locator(`li[data-step="${id}"][data-state="failed"]`).waitFor());
  return (await step(page, id).textContent()) ?? '';
}

/** What a step quotes of the IdP. */
export const wordsOf = async (page: Page, id: string) =>
  (await step(page, id).locator('blockquote').textContent()) ?? '';

/** Signs in on the two pages of the stand-in: who it is, and the consent. */
export async function signInAtStandIn(page: Page, username = 'ada'): Promise<void> {
  const login = page.locator('input[name=login]');
  const failed = page.locator('li[data-state="failed"]');
  await orTell(page, login.or(failed).waitFor());
  if (await failed.isVisible()) throw new Error(`no way to the IdP: ${await failed.textContent()}`);
  await login.fill(username);
  await page.locator('input[name=password]').fill('password');
  await page.locator('button[type=submit]').click();
  await page.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' });
  await page.locator('button[type=submit]').click();
}

/** A wait that ends in vain says where the page was. */
async function orTell(page: Page, waiting: Promise<void>): Promise<void> {
  try {
    await waiting;
  } catch (cause) {
    const shown = await page.locator('body').textContent();
    throw new Error(`waited in vain at ${page.url()}: ${shown}`, { cause });
  }
}

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { findChromium } from './find-chromium.ts';
import { launchChromium } from './launch-chromium.ts';

/** The longest that anything on a page is waited for. */
const pageTimeout = 15_000; // ms

/**
 * Opens a page as somebody who has never been here: no cookies, no storage. `await using` closes it. Its waits end
 * after 15 s.
 */
export type OpenPage = (options?: BrowserContextOptions) => Promise<Page>;

/** Tests in a real browser, which starts once for all of them. Without a Chromium they are skipped, in CI they fail. */
export const describeChromium = (name: string, body: (openPage: OpenPage) => void): void => {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    const line = `${name}: needs a Chromium at /usr/bin/chromium or the path in CHROMIUM_PATH, and there is none`;
    if (process.env.CI) throw new Error(line);
    process.stderr.write(`${line}. Skipped.\n`);
  }
  describe.skipIf(executablePath === undefined)(name, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await launchChromium(executablePath ?? '');
    });
    afterAll(() => browser?.close());

    body(async (options) => {
      if (!browser) throw new Error('A page opens in a test or a hook.');
      const page = await browser.newPage(options);
      page.setDefaultTimeout(pageTimeout);
      return page;
    });
  });
};

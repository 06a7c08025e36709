import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { skipOutsideCi } from '../skip-outside-ci.ts';
import { findChromium } from './find-chromium.ts';
import { launchChromium } from './launch-chromium.ts';

/** The longest that anything on a page is waited for. */
const pageTimeout = 30_000; // ms: seconds, unless the machine is busy

/**
 * Opens a page as somebody who has never been here: no cookies, no storage. `await using` closes it. Its waits end
 * after 30 s.
 */
export type OpenPage = (options?: BrowserContextOptions) => Promise<Page>;

const lacking =
  'The tests in a real browser need a Chromium, at /usr/bin/chromium or where CHROMIUM_PATH says, and there is none';

/** Tests in a real browser, which starts once for all of them. Without a Chromium they are skipped, in CI they fail. */
export const describeChromium = (name: string, body: (openPage: OpenPage) => void): void => {
  const executablePath = findChromium();
  if (executablePath === undefined) skipOutsideCi(lacking);
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

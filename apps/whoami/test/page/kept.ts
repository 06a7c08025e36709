import type { Page } from '@mcp-whoami/testkit/chromium';

/** What a page of this origin keeps in the browser. */
export const kept = (page: Page) =>
  page.evaluate(() => ({
    cookies: document.cookie,
    local: Object.entries(localStorage),
    session: Object.entries(sessionStorage),
  }));

import type { Page } from '@mcp-whoami/testkit/chromium';

export const untilSignInPage = (page: Page) =>
  page.getByRole('heading', { name: 'Sign in to your account' }).waitFor();

/** Signs in on Keycloak's own page. */
export const signIn = async (page: Page, password = 'testuser') => {
  await untilSignInPage(page);
  await page.getByLabel('Username or email').fill('testuser');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign In' }).click();
};

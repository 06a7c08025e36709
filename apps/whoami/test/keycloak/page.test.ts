import { readFile } from 'node:fs/promises';
import { describeChromium } from '@mcp-whoami/testkit/chromium';
import { describeKeycloak } from '@mcp-whoami/testkit/keycloak';
import { expect, it } from 'vitest';
import { failureOf, pressSignIn, states, step, visit } from '../page/visit.ts';
import { startWhoamiOnKeycloak, testuser } from './start-whoami-on-keycloak.ts';

const readme = await readFile(new URL('../../../../providers/keycloak/README.md', import.meta.url), 'utf8');

describeKeycloak('the page', (keycloak) => {
  describeChromium('in a browser', (openPage) => {
    it('signs in with the client that the realm has for it', async () => {
      await using started = await startWhoamiOnKeycloak(keycloak, { KEYCLOAK_PAGE_CLIENT_ID: 'whoami-page' });
      const { whoami, realm } = started;
      await using visited = await visit(openPage, whoami.publicUrl);
      const { page, origins } = visited;
      await pressSignIn(page);
      await page.locator('#username').fill(testuser.user.sub);
      await page.locator('#password').fill(testuser.password);
      await page.locator('#kc-login').click();
      const card = page.getByRole('region', { name: 'Test User' });
      await card.waitFor();
      expect(await card.textContent()).toContain('testuser@example.com');
      expect(await states(page)).toEqual(Array(7).fill('done'));
      expect(await step(page, 'registration').textContent()).toContain('KEYCLOAK_PAGE_CLIENT_ID');
      expect(await step(page, 'call').textContent()).toContain('in MCP 2026-07-28, without a handshake');
      expect([...origins].sort()).toEqual([whoami.publicUrl, new URL(realm.issuer).origin].sort());
    });

    it('says why it cannot register itself, and what to do', async () => {
      await using started = await startWhoamiOnKeycloak(keycloak);
      await using visited = await visit(openPage, started.whoami.publicUrl);
      const { page } = visited;
      await pressSignIn(page);
      const failure = await failureOf(page, 'registration');
      const reason = `does not allow pages of ${started.whoami.publicUrl} to use it (CORS)`;
      expect(failure).toContain(reason);
      expect(readme).toContain(reason.replace(started.whoami.publicUrl, 'http://localhost:3001'));
      expect(failure).toContain('set KEYCLOAK_PAGE_CLIENT_ID');
    });
  });
});

describeKeycloak(
  'the page, where pages may register',
  (keycloak) => {
    describeChromium('in a browser', (openPage) => {
      it('registers itself', async () => {
        await using started = await startWhoamiOnKeycloak(keycloak);
        const { whoami, realm } = started;
        await realm.request('POST', '/components', {
          name: 'Allowed Registration Web Origins',
          providerId: 'registration-web-origins',
          providerType: 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy',
          subType: 'anonymous',
          config: { 'web-origins': [whoami.publicUrl] },
        });
        await using visited = await visit(openPage, whoami.publicUrl);
        const { page } = visited;
        await pressSignIn(page);
        await page.locator('#username').fill(testuser.user.sub);
        await page.locator('#password').fill(testuser.password);
        await page.locator('#kc-login').click();
        await page.getByRole('button', { name: 'Yes' }).click();
        await page.getByRole('region', { name: 'Test User' }).waitFor();
        expect(await states(page)).toEqual(Array(7).fill('done'));
      });
    });
  },
  { since: '26.7.0' },
);

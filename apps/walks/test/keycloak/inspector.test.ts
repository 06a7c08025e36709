import { describeChromium, type Page } from '@mcp-whoami/testkit/chromium';
import { describeKeycloak } from '@mcp-whoami/testkit/keycloak';
import { afterAll, beforeAll, expect } from 'vitest';
import { z } from 'zod';
import { type Inspector, startInspector } from '../start-inspector.ts';
import { walk } from '../walk.ts';
import { startWhoamiOnKeycloak } from './start-whoami-on-keycloak.ts';

const client = { id: 'mcp-inspector', scopes: 'openid profile email' };

const testusersClaims = {
  sub: expect.stringMatching(/^[0-9a-f-]{36}$/),
  preferred_username: 'testuser',
  name: 'Test User',
  email: 'testuser@example.com',
};

/** On Keycloak's own page. */
const signIn = async (page: Page, password = 'testuser') => {
  await page.getByRole('heading', { name: 'Sign in to your account' }).waitFor();
  await page.getByLabel('Username or email').fill('testuser');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign In' }).click();
};

describeKeycloak('Keycloak', (keycloak) => {
  describeChromium('MCP Inspector', (openPage) => {
    let running: Inspector;
    beforeAll(async () => {
      running = await startInspector();
    });
    afterAll(() => running[Symbol.asyncDispose]());
    const setting = { openPage, inspector: () => running };
    const start = () => startWhoamiOnKeycloak(keycloak, running.redirectUri);
    const at = `Keycloak ${keycloak.version}`;

    walk(`${at}, a registered client`, setting, async ({ page, inspector, take }) => {
      await using started = await start();
      const { whoami, realm } = started;
      const shown = {
        [whoami.url]: 'http://localhost:3001',
        [keycloak.origin]: 'http://localhost:8080',
        [realm.name]: 'mcp-realm',
      };
      await inspector.fillInServer({ url: whoami.mcp, transport: 'http' });
      await inspector.saveServer();
      await inspector.setClient(client);
      await inspector.connect();
      await page.getByRole('heading', { name: 'Sign in to your account' }).waitFor();
      await take('sign-in', shown);
      await signIn(page);
      await inspector.untilSignedIn();
      await inspector.untilConnected();
      await take('connected', shown);
      await inspector.listTools();
      await inspector.runTool();
      await page.getByText('"Test User"').first().waitFor();
      await take('result', shown);
      expect(await inspector.result()).toMatchObject({ ...testusersClaims, azp: client.id });
    });

    walk(`${at}, a client that registers itself`, setting, async ({ page, inspector, take }) => {
      await using started = await start();
      await inspector.fillInServer({ url: started.whoami.mcp, transport: 'http' });
      await inspector.saveServer();
      await inspector.connect();
      await signIn(page);
      // Keycloak trusts a client that anybody may register less than one that its administrator did.
      await page.getByRole('heading', { name: 'Grant Access to MCP Inspector' }).waitFor();
      await take('consent');
      await page.getByRole('button', { name: 'Yes' }).click();
      await inspector.untilSignedIn();
      await inspector.untilConnected();
      await inspector.listTools();
      await inspector.runTool();
      await take('result');
      expect(await inspector.result()).toMatchObject({
        ...testusersClaims,
        azp: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
    });

    walk(`${at}, a wrong password`, setting, async ({ page, inspector, take }) => {
      await using started = await start();
      await inspector.fillInServer({ url: started.whoami.mcp, transport: 'http' });
      await inspector.saveServer();
      await inspector.setClient(client);
      await inspector.connect();
      await signIn(page, 'wrong');
      await page.getByText('Invalid username or password.').waitFor();
      await take('wrong-password');
      await signIn(page);
      await inspector.untilSignedIn();
    });

    walk(`${at}, a session that ends`, setting, async ({ page, inspector, take }) => {
      await using started = await start();
      const { whoami, realm } = started;
      await inspector.fillInServer({ url: whoami.mcp, transport: 'http' });
      await inspector.saveServer();
      await inspector.setClient(client);
      await inspector.connect();
      await signIn(page);
      await inspector.untilSignedIn();
      await inspector.untilConnected();
      await inspector.listTools();
      await inspector.runTool();
      const { sid } = z.object({ sid: z.string() }).parse(await inspector.result());

      await realm.endSession(sid, { offline: true });
      await realm.logoutUser('testuser');
      await inspector.closeResults();
      await page.getByRole('button', { name: 'Execute Tool' }).click();
      await page.getByRole('heading', { name: 'Sign in to your account' }).waitFor();
      await take('sign-in-again');
      await signIn(page);
      await inspector.untilSignedIn();
      await inspector.runTool();
      await take('result');
      expect(await inspector.result()).toMatchObject(testusersClaims);
    });
  });
});

import { describeKeycloak } from '@mcp-whoami/testkit/keycloak';
import { expect } from 'vitest';
import { z } from 'zod';
import { describeWalks } from '../walk.ts';
import { signIn, untilSignInPage } from './sign-in-page.ts';
import { startWhoamiOnKeycloak } from './start-whoami-on-keycloak.ts';

const client = { id: 'mcp-inspector', scopes: 'openid profile email' };

const testusersClaims = {
  sub: expect.stringMatching(/^[0-9a-f-]{36}$/),
  preferred_username: 'testuser',
  name: 'Test User',
  email: 'testuser@example.com',
};

describeKeycloak('a walk to the claims', (keycloak) => {
  const at = `Keycloak ${keycloak.version}`;

  describeWalks((walk, running) => {
    walk(`${at}, a registered client`, async ({ page, inspector, take }) => {
      await using started = await startWhoamiOnKeycloak(keycloak, running());
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
      await untilSignInPage(page);
      await take('sign-in', shown);
      await signIn(page);
      await inspector.untilConnected();
      await take('connected', shown);
      await inspector.listTools();
      await inspector.runTool();
      await page.getByText('"Test User"').first().waitFor();
      await page.getByText('Authentication succeeded.').waitFor({ state: 'hidden' });
      await take('result', shown);
      expect(await inspector.result()).toMatchObject({ ...testusersClaims, azp: client.id });
    });

    walk(`${at}, a client that registers itself`, async ({ page, inspector, take }) => {
      await using started = await startWhoamiOnKeycloak(keycloak, running());
      await inspector.fillInServer({ url: started.whoami.mcp, transport: 'http' });
      await inspector.saveServer();
      await inspector.connect();
      await signIn(page);
      // Keycloak trusts a client that anybody may register less than one that its administrator did.
      await page.getByRole('heading', { name: 'Grant Access to MCP Inspector' }).waitFor();
      await take('consent');
      await page.getByRole('button', { name: 'Yes' }).click();
      await inspector.untilConnected();
      await inspector.listTools();
      await inspector.runTool();
      await take('result');
      expect(await inspector.result()).toMatchObject({
        ...testusersClaims,
        azp: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
    });
  });
});

// Once: what the person sees then does not depend on the version.
describeKeycloak(
  'a walk that goes wrong',
  (keycloak) => {
    describeWalks((walk, running) => {
      walk('Keycloak, a wrong password', async ({ page, inspector, take }) => {
        await using started = await startWhoamiOnKeycloak(keycloak, running());
        await inspector.fillInServer({ url: started.whoami.mcp, transport: 'http' });
        await inspector.saveServer();
        await inspector.setClient(client);
        await inspector.connect();
        await signIn(page, 'wrong');
        await page.getByText('Invalid username or password.').waitFor();
        await take('wrong-password');
        await signIn(page);
        await inspector.untilConnected();
      });

      walk('Keycloak, a session that ends', async ({ page, inspector, take }) => {
        await using started = await startWhoamiOnKeycloak(keycloak, running());
        const { whoami, realm } = started;
        await inspector.fillInServer({ url: whoami.mcp, transport: 'http' });
        await inspector.saveServer();
        await inspector.setClient(client);
        await inspector.connect();
        await signIn(page);
        await inspector.untilConnected();
        await inspector.listTools();
        await inspector.runTool();
        const { sid } = z.object({ sid: z.string() }).parse(await inspector.result());
        await inspector.closeResults();

        await realm.endSession(sid, { offline: true });
        await realm.logoutUser('testuser');
        await page.getByRole('button', { name: 'Execute Tool' }).click();
        // Inspector finds token and refresh token dead, and takes the person to where they can mend that.
        await untilSignInPage(page);
        await take('sign-in-again');
        await signIn(page);
        await page.getByText('Authentication succeeded. Retry your action.').waitFor();
        await inspector.runTool();
        await take('result');
        expect(await inspector.result()).toMatchObject(testusersClaims);
      });
    });
  },
  { since: '26.7' },
);

import { expect } from 'vitest';
import { startBridge } from './start-bridge.ts';
import { startWhoami } from './start-whoami.ts';
import { describeWalks } from './walk.ts';

describeWalks((walk, running) => {
  walk('without authentication, over SSE', async ({ page, inspector, take }) => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    const shown = { [whoami.url]: 'http://localhost:3001' };
    await inspector.fillInServer({ url: whoami.sse, transport: 'sse' });
    await take('connect', shown);
    await inspector.saveServer();
    await inspector.connect();
    await inspector.untilConnected();
    await inspector.listTools();
    await take('tools', shown);
    await inspector.runTool();
    await page.getByText('"Not authenticated"').first().waitFor();
    await take('result', shown);
    expect(await inspector.result()).toEqual({ error: 'Not authenticated' });
  });

  for (const [transport, path] of [
    ['http', 'mcp'],
    ['sse', 'sse'],
  ] as const) {
    walk(`dev, over ${path}, a client that registers itself`, async ({ page, inspector, take }) => {
      await using whoami = await startWhoami({ PROVIDER: 'dev' });
      const url = whoami[path];
      await inspector.fillInServer({ url, transport });
      await inspector.saveServer();
      await inspector.connect();
      // The one page on which a person signs in and consents.
      await page.getByRole('heading', { name: 'Sign in to continue to MCP Inspector' }).waitFor();
      await page.getByText(`It asks for access to ${url} with:`).waitFor();
      await take('sign-in');
      await page.getByRole('button', { name: 'Continue as Ada Lovelace' }).click();
      await inspector.untilConnected();
      await take('connected');
      await inspector.listTools();
      await inspector.runTool();
      await page.getByText('"Ada Lovelace"').first().waitFor();
      await take('result');
      expect(await inspector.result()).toMatchObject({ sub: 'dev-ada', email: 'ada@example.com', aud: url });
    });
  }

  for (const [era, revision] of [
    ['legacy', '2025-11-25'],
    ['auto', '2026-07-28'],
    ['modern', '2026-07-28'],
  ] as const) {
    walk(`dev, in the era ${era}`, async ({ page, inspector }) => {
      await using whoami = await startWhoami({ PROVIDER: 'dev' });
      await inspector.listServer(whoami.mcp, era);
      await inspector.connect();
      await page.getByRole('button', { name: 'Continue as Ada Lovelace' }).click();
      await page.getByText(revision).first().waitFor();
      await inspector.untilConnected();
      await inspector.listTools();
      await inspector.runTool();
      await page.getByText('"Ada Lovelace"').first().waitFor();
      expect(await inspector.result()).toMatchObject({ sub: 'dev-ada', aud: whoami.mcp });
    });
  }

  walk('github, a client that is given only the URL', async ({ page, inspector, take }) => {
    await using started = await startBridge();
    const { whoami, github } = started;
    const shown = {
      [whoami.url]: 'http://localhost:3001',
      [github.origin]: 'https://github.com',
      [`:${running().port}`]: ':6274',
    };
    await inspector.fillInServer({ url: whoami.mcp, transport: 'http' });
    await inspector.saveServer();
    await inspector.connect();
    await page.getByRole('heading', { name: 'MCP Inspector asks for access' }).waitFor();
    await take('consent', shown);
    await page.getByRole('button', { name: 'Continue with GitHub' }).click();
    await page.getByRole('button', { name: 'Sign in as ada' }).click();
    await inspector.untilConnected();
    await inspector.listTools();
    await inspector.runTool();
    await page.getByText('"Ada Lovelace"').first().waitFor();
    await page.getByText('Authentication succeeded.').waitFor({ state: 'hidden' });
    await take('result', shown);
    expect(await inspector.result()).toMatchObject({
      sub: 'github:1005',
      preferred_username: 'ada',
      email: 'ada@example.com',
      iss: whoami.url,
      aud: whoami.mcp,
    });
  });

  walk('github, an account that may not come', async ({ page, inspector, take }) => {
    await using started = await startBridge({ ALLOWED_GROUPS: 'org:acme' });
    await inspector.fillInServer({ url: started.whoami.mcp, transport: 'http' });
    await inspector.saveServer();
    await inspector.connect();
    await page.getByRole('button', { name: 'Continue with GitHub' }).click();
    await page.getByRole('button', { name: 'Sign in as grace' }).click();
    await page.getByRole('heading', { name: 'You have no access here' }).waitFor();
    await take('stranger');
    await page.getByRole('link', { name: 'Go back to the program that asked' }).click();
    await page.getByText('Error: access_denied.').waitFor();
    await take('denied');
    // And again, as somebody who may.
    await page.getByRole('button', { name: 'Re-authenticate' }).click();
    await page.getByRole('button', { name: 'Continue with GitHub' }).click();
    await page.getByRole('button', { name: 'Sign in as ada' }).click();
    await inspector.untilConnected();
  });

  walk('dev, a sign-in that is cancelled', async ({ page, inspector, take }) => {
    await using whoami = await startWhoami({ PROVIDER: 'dev' });
    await inspector.fillInServer({ url: whoami.mcp, transport: 'http' });
    await inspector.saveServer();
    await inspector.connect();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Error: access_denied. Details: the user cancelled the sign-in.').waitFor();
    await take('cancelled');
    // And again, from where they are.
    await page.getByRole('button', { name: 'Re-authenticate' }).click();
    await page.getByRole('button', { name: 'Continue as Grace Hopper' }).click();
    await inspector.untilConnected();
  });
});

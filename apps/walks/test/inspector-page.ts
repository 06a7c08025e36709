import type { Page } from '@mcp-whoami/testkit/chromium';
import type { Inspector } from './start-inspector.ts';

export type ServerEntry = {
  url: string;
  transport: 'http' | 'sse';
  /** Of a client that was registered by hand. */
  client?: { id: string; scopes: string };
};

const transportNames = { http: 'streamable-http', sse: 'sse (Server-Sent Events)' };

/** What the server is called in Inspector's list. */
const serverId = 'whoami';

export type InspectorPage = Awaited<ReturnType<typeof openInspector>>;

/** MCP Inspector as a person uses it: by what the page says, and nothing else. */
export const openInspector = async (page: Page, inspector: Inspector) => {
  await inspector.listServers({});
  await page.goto(inspector.url);

  const addServer = page.getByRole('dialog', { name: 'Add server' });
  const settings = page.getByRole('dialog', { name: 'Server Settings' });

  /** Inspector's own program answers the page. */
  const answerTo = (method: string, path: string) =>
    page.waitForResponse(
      (response) =>
        response.request().method() === method && new URL(response.url()).pathname.startsWith(path),
    );

  return {
    fillInServer: async ({ url, transport }: ServerEntry) => {
      await page.getByRole('button', { name: 'Add Servers' }).click();
      await page.getByRole('menuitem', { name: 'Add manually' }).click();
      await addServer.getByLabel('Server ID').fill(serverId);
      await addServer.getByRole('textbox', { name: 'Transport' }).click();
      await page.getByRole('option', { name: transportNames[transport] }).click();
      await addServer.getByLabel('URL').fill(url);
    },
    /** A server that speaks the revisions of an era, as Inspector's file has it. */
    listServer: async (url: string, protocolEra: 'legacy' | 'auto' | 'modern') => {
      await inspector.listServers({ [serverId]: { type: 'streamable-http', url, protocolEra } });
      await page.reload();
    },
    saveServer: async () => {
      await addServer.getByRole('button', { name: 'Add', exact: true }).click();
      await addServer.waitFor({ state: 'hidden' });
    },
    setClient: async ({ id, scopes }: { id: string; scopes: string }) => {
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await settings.getByRole('button', { name: 'OAuth Settings' }).click();
      await settings.getByLabel('Client ID').fill(id);
      await settings.getByRole('textbox', { name: 'Scopes' }).fill(scopes);
      // Inspector keeps them when the dialog closes, and only then knows them for a connection.
      const kept = Promise.all([answerTo('PUT', '/api/servers/'), answerTo('GET', '/api/servers')]);
      await settings.getByRole('button', { name: 'Close' }).click();
      await kept;
      await settings.waitFor({ state: 'hidden' });
    },
    /** Flips the switch of the server, which is what Inspector has for a Connect button. */
    connect: async () => {
      await page.getByText('Disconnected', { exact: true }).waitFor();
      await page.getByRole('switch', { name: `"${serverId}"` }).click({ force: true });
    },
    /** After a sign-in too, when the browser is back. */
    untilConnected: async () => {
      await page.getByRole('button', { name: 'Disconnect from server' }).waitFor();
      // What it shows of the protocol leaves little room for the rest.
      await page.getByRole('button', { name: 'Close monitoring sidebar' }).click();
      await page.getByRole('separator', { name: 'Resize monitoring sidebar' }).waitFor({ state: 'hidden' });
    },
    listTools: async () => {
      await page.getByRole('banner').getByText('Tools', { exact: true }).click();
      await page.getByRole('button', { name: 'Who am I?' }).click();
    },
    runTool: async () => {
      await page.getByRole('button', { name: 'Execute Tool' }).click();
      await page.getByRole('heading', { name: 'Results' }).waitFor();
    },
    closeResults: () => page.getByRole('button', { name: 'Close results' }).click(),
    /** What the tool answered. */
    result: async (): Promise<unknown> => {
      await page.getByRole('button', { name: 'Copy' }).first().click();
      return JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    },
  };
};

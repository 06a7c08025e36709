import { isLoopbackHost } from '@mcp-whoami/provider';
import type { ConnectInstruction } from '@mcp-whoami/sign-in-page';

/** What the server is called in the clients. */
const NAME = 'whoami';

/** A call of the tool as plain JSON-RPC: answered without `initialize`, as each request stands alone here. */
const whoamiCall = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: NAME, arguments: {} },
});

/**
 * Starts the current MCP Inspector, on a Node that it runs on: with the Node 20 of a host, npx would take an Inspector
 * of two years ago without a word, whose flags and pages are others.
 */
export const inspectorCommand = 'npx -y -p node@26 -p @modelcontextprotocol/inspector@2 mcp-inspector';

/**
 * How to connect each client to the server. Clients that call from a cloud can't reach a loopback URL.
 *
 * @param signIn.clientIdNeeded whether the IdP registers no clients, so that one has to be told its client id.
 */
export function connectInstructions(
  mcpUrl: string,
  { clientIdNeeded = false }: { clientIdNeeded?: boolean } = {},
): ConnectInstruction[] {
  const local = isLoopbackHost(new URL(mcpUrl).hostname);
  const vscode = JSON.stringify({ name: NAME, type: 'http', url: mcpUrl });
  const cursor = { url: mcpUrl };
  const cursorConfig = encodeURIComponent(Buffer.from(JSON.stringify(cursor)).toString('base64'));
  return [
    {
      client: 'MCP Inspector',
      // An entry that comes from the command line is read-only: it takes no client id.
      command: clientIdNeeded
        ? inspectorCommand
        : `${inspectorCommand} --transport http --server-url ${mcpUrl}`,
      note: clientIdNeeded
        ? `Add Servers → Add manually: the transport streamable-http and the URL ${mcpUrl}. Then Settings → OAuth Settings → Client ID.`
        : 'Where the client has to have a client id, leave out what follows mcp-inspector and add the server in the page (Add Servers → Add manually): only such an entry can be edited (Settings → OAuth Settings → Client ID).',
    },
    {
      client: 'Claude Code',
      command: `claude mcp add --transport http ${NAME} ${mcpUrl}`,
      note: 'Then sign in with /mcp in Claude Code.',
    },
    { client: 'Claude Desktop', ...claudeDesktop(mcpUrl, local) },
    {
      client: 'VS Code',
      command: `code --add-mcp '${vscode}'`,
      link: `vscode:mcp/install?${encodeURIComponent(vscode)}`,
    },
    {
      client: 'Cursor',
      paste: JSON.stringify({ mcpServers: { [NAME]: cursor } }),
      link: `cursor://anysphere.cursor-deeplink/mcp/install?name=${NAME}&config=${cursorConfig}`,
      note: 'Goes into ~/.cursor/mcp.json.',
    },
    { client: 'ChatGPT', ...chatGpt(mcpUrl, local) },
    {
      client: 'curl',
      command: `curl -i ${mcpUrl} -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -d '${whoamiCall}'`,
      note: 'Shows the answer without a token. With one: add -H "Authorization: Bearer $TOKEN".',
    },
  ];
}

function claudeDesktop(mcpUrl: string, local: boolean): Omit<ConnectInstruction, 'client'> {
  if (!local) {
    return {
      paste: mcpUrl,
      note: 'Settings → Connectors → Add custom connector, with this URL. Claude calls from Anthropic’s cloud, so the URL must be public.',
    };
  }
  return {
    paste: JSON.stringify({ mcpServers: { [NAME]: { command: 'npx', args: ['-y', 'mcp-remote', mcpUrl] } } }),
    note: 'Settings → Developer → Edit Config, and paste this. A custom connector does not work here: it calls from Anthropic’s cloud, which cannot reach a server on this machine; mcp-remote runs on it.',
  };
}

function chatGpt(mcpUrl: string, local: boolean): Omit<ConnectInstruction, 'client'> {
  if (local) {
    return {
      note: 'Not with this URL: ChatGPT calls from OpenAI’s cloud, which cannot reach a server on this machine. Give the server a public https address, by a tunnel for a try, and set PUBLIC_URL to it.',
    };
  }
  return {
    paste: mcpUrl,
    note: 'Settings → Apps & Connectors → Advanced settings → Developer mode; then Create, with this URL and OAuth. ChatGPT calls from OpenAI’s cloud, so the URL must be public and https.',
  };
}

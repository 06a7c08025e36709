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

/** How to connect each client to the server. Clients that call from a cloud can't reach a loopback URL. */
export function connectInstructions(mcpUrl: string): ConnectInstruction[] {
  const local = isLoopbackHost(new URL(mcpUrl).hostname);
  const vscode = JSON.stringify({ name: NAME, type: 'http', url: mcpUrl });
  const cursor = { url: mcpUrl };
  const cursorConfig = encodeURIComponent(Buffer.from(JSON.stringify(cursor)).toString('base64'));
  return [
    {
      client: 'MCP Inspector',
      command: `npx -y @modelcontextprotocol/inspector --transport http --server-url ${mcpUrl}`,
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

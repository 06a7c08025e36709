/** How one client is connected: its name, and the command that does it. */
export interface ConnectInstruction {
  client: string;
  command: string;
}

/** How to connect each client to the server, in one line each. */
export function connectInstructions(mcpUrl: string): ConnectInstruction[] {
  const vscode = JSON.stringify({ name: 'whoami', type: 'http', url: mcpUrl });
  return [
    {
      client: 'MCP Inspector',
      command: `npx -y @modelcontextprotocol/inspector --transport http --server-url ${mcpUrl}`,
    },
    { client: 'Claude Code', command: `claude mcp add --transport http whoami ${mcpUrl}` },
    { client: 'VS Code', command: `code --add-mcp '${vscode}'` },
  ];
}

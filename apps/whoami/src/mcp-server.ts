import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import manifest from '../package.json' with { type: 'json' };
import { whoamiTool } from './whoami-tool.ts';

/** One for all servers: to make one for each request would take half of its time. */
const jsonSchemaValidator = new AjvJsonSchemaValidator();

/** An MCP server (SDK v1) with the tool, for one connection of a transport. */
export function createMcpServer(): McpServer {
  const server = new McpServer({ name: manifest.name, version: manifest.version }, { jsonSchemaValidator });
  const { name, call, ...config } = whoamiTool;
  server.registerTool(name, config, ({ authInfo }) => {
    const answer = call(callerOf(authInfo));
    return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer };
  });
  return server;
}

function callerOf(authInfo: AuthInfo | undefined) {
  return authInfo?.claims === undefined ? undefined : { claims: authInfo.claims };
}

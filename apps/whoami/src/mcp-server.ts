import { isAccessTokenInfo } from '@mcp-whoami/provider';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  type ListToolsResult,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import manifest from '../package.json' with { type: 'json' };
import { shorten } from './short-errors.ts';
import { whoamiTool } from './whoami-tool.ts';

const { name, call, ...description } = whoamiTool;

/** What is the same for every server is made once: to make it for each request would take half of its time. */
const serverInfo = { name: manifest.name, version: manifest.version };
const options = {
  capabilities: { tools: { listChanged: true } },
  jsonSchemaValidator: new AjvJsonSchemaValidator(),
};
const tools: ListToolsResult = {
  tools: [
    {
      name,
      ...description,
      inputSchema: { type: 'object', properties: {} },
      execution: { taskSupport: 'forbidden' },
    },
  ],
};

/**
 * An MCP server (SDK v1) with the tool, for one connection of a transport.
 *
 * The SDK's low-level server, as one is made for each request: an `McpServer` is one of these that also registers
 * its tools anew. What it answers is the same.
 */
export function createMcpServer(): Server {
  const server = new Server(serverInfo, options);
  server.setRequestHandler(ListToolsRequestSchema, () => tools);
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { authInfo }): CallToolResult => {
    if (params.name !== name) return unknownTool(params.name);
    const answer = call(isAccessTokenInfo(authInfo) ? authInfo : undefined);
    return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer };
  });
  return server;
}

function unknownTool(asked: string): CallToolResult {
  const { message } = new McpError(ErrorCode.InvalidParams, `Tool ${shorten(asked)} not found`);
  return { content: [{ type: 'text', text: message }], isError: true };
}

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
import { listedTool, resultFor } from './whoami-tool.ts';

/** What is the same for every server is made once: to make it for each request would take half of its time. */
const serverInfo = { name: manifest.name, version: manifest.version };
const options = {
  capabilities: { tools: { listChanged: true } },
  jsonSchemaValidator: new AjvJsonSchemaValidator(),
};
const tools: ListToolsResult = {
  tools: [{ ...listedTool, execution: { taskSupport: 'forbidden' } }],
};

/**
 * An MCP server (SDK v1) with the tool, for one connection of a transport: the revisions with a handshake.
 *
 * The SDK's low-level server, as one is made for each request: an `McpServer` is one of these that also registers
 * its tools anew. What it answers is the same.
 */
export function createMcpServer(): Server {
  const server = new Server(serverInfo, options);
  server.setRequestHandler(ListToolsRequestSchema, () => tools);
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { authInfo }) =>
    params.name === listedTool.name ? resultFor(authInfo) : unknownTool(params.name),
  );
  return server;
}

function unknownTool(asked: string): CallToolResult {
  const { message } = new McpError(ErrorCode.InvalidParams, `Tool ${shorten(asked)} not found`);
  return { content: [{ type: 'text', text: message }], isError: true };
}

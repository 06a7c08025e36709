import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv';
import manifest from '../package.json' with { type: 'json' };
import { STATELESS_REVISION } from './protocol-era.ts';
import { shorten } from './short-errors.ts';
import { listedTool, resultFor } from './whoami-tool.ts';

/** How long clients and what is between may keep what is the same for everybody: 5 minutes. */
const sameForEverybody = { ttlMs: 300_000, cacheScope: 'public' } as const;

const serverInfo = { name: manifest.name, version: manifest.version };
const options = {
  supportedProtocolVersions: [STATELESS_REVISION],
  // Without `listChanged`: no client has a reason to keep a stream open for changes that never come.
  capabilities: { tools: {} },
  cacheHints: { 'server/discover': sameForEverybody, 'tools/list': sameForEverybody },
  jsonSchemaValidator: new AjvJsonSchemaValidator(),
};

/** An MCP server (SDK v2) with the tool, for one request of the revisions without a handshake. */
export function createStatelessMcpServer(): Server {
  const server = new Server(serverInfo, options);
  server.setRequestHandler('tools/list', () => ({ tools: [listedTool] }));
  server.setRequestHandler('tools/call', ({ params }, { http }) => {
    if (params.name === listedTool.name) return resultFor(http?.authInfo);
    // MCP 2026-07-28, "Tools", Error Handling: an unknown tool is an error of the protocol.
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${shorten(params.name)}`);
  });
  return server;
}

import type { Contestant } from './contestants.ts';

/** The one call that is measured, but for what its revision of MCP adds. */
const params = { name: 'whoami', arguments: {} };
const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

const STATELESS_REVISION = '2026-07-28';

const statelessMeta = {
  'io.modelcontextprotocol/protocolVersion': STATELESS_REVISION,
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

const bodyOf = (parameters: object) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: parameters });

const withHandshake = { method: 'POST', body: bodyOf(params), headers } as const;

const stateless = {
  method: 'POST',
  body: bodyOf({ _meta: statelessMeta, ...params }),
  headers: {
    ...headers,
    'mcp-protocol-version': STATELESS_REVISION,
    'mcp-method': 'tools/call',
    'mcp-name': params.name,
  },
} as const;

/** The call as a server of that revision takes it. */
export const callOf = ({ stateless: isStateless }: Contestant) => (isStateless ? stateless : withHandshake);

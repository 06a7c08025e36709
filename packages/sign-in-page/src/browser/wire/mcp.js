import { facts } from '../facts.js';

/** The revision of MCP that the page speaks: the newest with which every server of the older eras agrees. */
const PROTOCOL_VERSION = '2025-06-18';

/** @typedef {{ method: string, headers: Record<string, string>, body: string }} McpRequest */

/**
 * @param {object} message
 * @param {Record<string, string>} [headers]
 * @returns {McpRequest}
 */
function post(message, headers = {}) {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      // Both must be named (MCP transports, "Sending Messages to the Server").
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  };
}

/** @param {Record<string, string>} [headers] */
export function initializeRequest(headers) {
  const clientInfo = { name: `${facts.title}-page`, version: '1' };
  const params = { protocolVersion: PROTOCOL_VERSION, capabilities: {}, clientInfo };
  return post({ id: 1, method: 'initialize', params }, headers);
}

/**
 * What comes after `initialize`: that it has, and the call of the tool, or of the list of tools.
 *
 * @param {Record<string, string>} headers
 */
export function furtherRequests(headers) {
  const { tool } = facts;
  const call =
    tool === undefined
      ? { method: 'tools/list', params: {} }
      : { method: 'tools/call', params: { name: tool, arguments: {} } };
  return [{ method: 'notifications/initialized' }, { id: 2, ...call }].map((message) =>
    post(message, { ...headers, 'mcp-protocol-version': PROTOCOL_VERSION }),
  );
}

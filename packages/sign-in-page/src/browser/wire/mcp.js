import { facts } from '../facts.js';
import { HANDSHAKE_REVISION, STATELESS_REVISION } from './revisions.js';

/** @typedef {{ method: string, headers: Record<string, string>, body: string }} McpRequest */
/** @typedef {{ method: string, params?: Record<string, unknown> }} McpMessage */

const clientInfo = { name: `${facts.title}-page`, version: '1' };

/**
 * @param {object} message
 * @param {Record<string, string>} headers
 * @returns {McpRequest}
 */
function post(message, headers) {
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

/**
 * A request of the revision without a handshake: it says of itself what the handshake said before, and its headers
 * say what its body says (MCP 2026-07-28, "Streamable HTTP").
 *
 * @param {McpMessage} message
 * @param {Record<string, string>} headers
 */
function statelessRequest({ method, params = {} }, headers) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': STATELESS_REVISION,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return post(
    { id: 1, method, params: { ...params, _meta } },
    {
      ...headers,
      'mcp-protocol-version': STATELESS_REVISION,
      'mcp-method': method,
      ...(typeof params.name === 'string' ? { 'mcp-name': headerValue(params.name) } : {}),
    },
  );
}

/**
 * What a header cannot carry as it is goes as Base64 (MCP 2026-07-28, "Streamable HTTP", Value Encoding).
 *
 * @param {string} text
 */
function headerValue(text) {
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/i.test(text))
    return text;
  return `=?base64?${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}?=`;
}

/** @param {Record<string, string>} headers */
export function discoverRequest(headers) {
  return statelessRequest({ method: 'server/discover' }, headers);
}

/** @param {Record<string, string>} headers */
export function initializeRequest(headers) {
  const params = { protocolVersion: HANDSHAKE_REVISION, capabilities: {}, clientInfo };
  return post({ id: 1, method: 'initialize', params }, headers);
}

/**
 * What a client says after a handshake, before anything else.
 *
 * @param {Record<string, string>} headers
 */
export function initializedNotification(headers) {
  return post({ method: 'notifications/initialized' }, headers);
}

/**
 * The call of the tool, or of the list of tools.
 *
 * @param {string} revision
 * @param {Record<string, string>} headers
 */
export function callRequest(revision, headers) {
  const { tool } = facts;
  const call =
    tool === undefined
      ? { method: 'tools/list', params: {} }
      : { method: 'tools/call', params: { name: tool, arguments: {} } };
  return revision === STATELESS_REVISION
    ? statelessRequest(call, headers)
    : post({ id: 2, ...call }, headers);
}

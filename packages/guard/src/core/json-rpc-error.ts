/** Error codes of JSON-RPC 2.0 §5.1, of which the last is for servers to use as they like. */
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const INTERNAL_ERROR = -32603;
export const SERVER_ERROR = -32000;

/**
 * The body of an answer to a request whose id is not known (JSON-RPC 2.0 §5).
 *
 * @param code of JSON-RPC 2.0 §5.1.
 * @param message for the client: nothing that a stranger sent.
 */
export function jsonRpcError(code: number, message: string) {
  return { jsonrpc: '2.0', error: { code, message }, id: null };
}

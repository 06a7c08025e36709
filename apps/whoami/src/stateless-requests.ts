import { accessTokenOf, type GuardLogger, headerValues, requestDetails } from '@mcp-whoami/guard';
import { printable } from '@mcp-whoami/provider';
import {
  classifyInboundRequest,
  createMcpHandler,
  isJsonContentType,
  PerRequestHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Request, Response } from 'express';
import { MAX_REASON_LENGTH } from './json-rpc-refusal.ts';
import { STATELESS_REVISION } from './protocol-era.ts';
import { readError, stringifyShort, withShortError } from './short-errors.ts';
import { createStatelessMcpServer } from './stateless-mcp-server.ts';
import { listedTool } from './whoami-tool.ts';

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * Answers the requests of the revisions without a handshake. The SDK's handler takes every one, and words every
 * error; a call or a list of tools whose headers say just what its body says, as nearly all do, is given to
 * the SDK's server without it, since its way over web-standard requests and responses takes longer than all the rest.
 */
export function createStatelessRequests(
  logger: GuardLogger,
  send: (request: Request, response: Response, answer: HttpAnswer) => void,
) {
  const handler = createMcpHandler(createStatelessMcpServer, { legacy: 'reject' });
  return async (request: Request, response: Response): Promise<void> => {
    const auth = accessTokenOf(request);
    const authInfo = auth && { authInfo: auth };
    const route = plainRouteOf(request);
    if (route !== undefined) {
      const { message, classification } = route;
      const transport = new PerRequestHTTPServerTransport({ classification });
      transport.send = async (answer) => {
        const body = JSON.stringify(withShortError(answer));
        send(request, response, { status: 200, headers: { 'Content-Type': 'application/json' }, body });
      };
      await createStatelessMcpServer().connect(transport);
      return transport.onmessage?.(message, { classification, ...authInfo });
    }
    const answer = await handler.fetch(webRequestOf(request), { parsedBody: request.body, ...authInfo });
    const { status } = answer;
    // Whole: without changes to tell of, the SDK ends a subscription where it begins.
    const text = await answer.text();
    const error = isJsonContentType(answer.headers.get('content-type')) ? readError(text) : undefined;
    if (error !== undefined && status >= 400) {
      const details = { ...requestDetails(request, response), reason: 'invalid_request', status };
      logger.warn(details, printable(error.error.message, MAX_REASON_LENGTH));
    }
    const body = error === undefined ? text : stringifyShort(error, request);
    send(request, response, { status, headers: Object.fromEntries(answer.headers), body });
  };
}

/** A call or a list of tools in which the SDK's handler would find nothing to refuse; nothing for whatever else. */
function plainRouteOf(request: Request) {
  const { headers, body } = request;
  if (headers['mcp-protocol-version'] !== STATELESS_REVISION) return undefined;
  if (!isJsonContentType(headers['content-type'] ?? '') || headerValues(request, 'content-type').length > 1) {
    return undefined;
  }
  const method = headers['mcp-method'];
  const calls = method === 'tools/call' && headers['mcp-name'] === listedTool.name;
  if (!calls && method !== 'tools/list') return undefined;
  const route = classifyInboundRequest({
    httpMethod: 'POST',
    protocolVersionHeader: STATELESS_REVISION,
    mcpMethodHeader: method,
    body,
  });
  if (route.kind !== 'modern' || route.messageKind !== 'request') return undefined;
  // MCP 2026-07-28, "Streamable HTTP", Server Validation: the header has the name that the body has.
  return calls && route.message.params?.name !== listedTool.name ? undefined : route;
}

const judgedHeaders = ['content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name'];

/** What the SDK looks at of a request beside its body. */
function webRequestOf({ headersDistinct }: Request): globalThis.Request {
  const headers = new Headers();
  for (const name of judgedHeaders) {
    for (const value of headersDistinct[name] ?? []) headers.append(name, value);
  }
  return new Request('http://localhost/mcp', { method: 'POST', headers });
}

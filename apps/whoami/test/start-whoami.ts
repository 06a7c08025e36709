import { createLogger, type GuardLogger } from '@mcp-whoami/guard';
import { startServer } from '../src/start-server.ts';

/** A line of the server's log. */
export interface LogLine {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

/** A logger whose lines stand in an array. */
export function captureLog() {
  const log: LogLine[] = [];
  const logger: GuardLogger = createLogger();
  for (const level of ['info', 'warn', 'error'] as const) {
    logger[level] = (fields: unknown, message?: string) => {
      log.push({ level, message: message ?? '', fields: Object(fields) });
    };
  }
  return { log, logger };
}

/** Starts the server in this process, on a free port, with its log lines in an array. */
export async function startWhoami(environment: Record<string, string> = {}) {
  const { log, logger } = captureLog();
  const server = await startServer({ PORT: '0', ...environment }, logger);
  return {
    publicUrl: server.publicUrl,
    mcp: `${server.publicUrl}/mcp`,
    sse: `${server.publicUrl}/sse`,
    warnings: server.warnings,
    log,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The headers of a JSON-RPC POST. */
export const jsonRpcHeaders = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

/** A call of the tool, as the body of a POST. */
export const whoamiCall = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'whoami', arguments: {} },
});

/** Calls the tool by a plain POST. */
export const callWhoami = (url: string, token?: string) =>
  fetch(url, {
    method: 'POST',
    headers: { ...jsonRpcHeaders, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: whoamiCall,
  });

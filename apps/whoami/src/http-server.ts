import { createServer, type RequestListener } from 'node:http';
import type { GuardLogger } from '@mcp-whoami/guard';
import { refuseBeforeExpress } from './refusals-before-express.ts';

/** What a connection may take before the server ends it; milliseconds, unless it is a count. */
export interface ConnectionLimits {
  /** Until the headers of a request are complete. */
  headers: number;
  /** Until its body is. */
  request: number;
  /** Without a byte in either direction; streams are exempt. */
  silence: number;
  /** How often the first two are looked at. */
  checks: number;
  /** Connections at once. */
  connections: number;
}

const limitsByDefault: ConnectionLimits = {
  headers: 10_000,
  request: 30_000,
  silence: 60_000,
  checks: 5_000,
  connections: 5_000,
};

/** Silence after which the system asks whether the other side is still there; no answer ends the connection. */
const KEEP_ALIVE_PROBE_MS = 15_000;

/** An HTTP server that slow and vanished clients can't fill up, and that logs what it refuses by itself. */
export function createHttpServer(
  listener: RequestListener,
  logger: GuardLogger,
  limits: Partial<ConnectionLimits> = {},
) {
  const { headers, request, silence, checks, connections } = { ...limitsByDefault, ...limits };
  const before = refuseBeforeExpress(logger);
  const server = createServer(
    {
      headersTimeout: headers,
      requestTimeout: request,
      connectionsCheckingInterval: checks,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
      requireHostHeader: false,
    },
    before.requireHost(listener),
  );
  server.timeout = silence;
  server.maxConnections = connections;
  before.attachTo(server);
  return server;
}

import type { ProviderConnection } from '@mcp-whoami/provider';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { createBackchannelLogout } from './backchannel-logout.ts';
import { createErrorHandler } from './error-handler.ts';
import { createFrontDoor, type FrontDoorOptions } from './front-door.ts';
import { createLogger, type GuardLogger } from './guard-logger.ts';
import { createRequireBearer } from './require-bearer.ts';
import { wellKnownDocuments } from './well-known.ts';

export interface GuardOptions
  extends Pick<FrontDoorOptions, 'publicUrl' | 'allowedHosts' | 'allowedOrigins'> {
  /** The connected provider whose users are let in. */
  connection: ProviderConnection;
  /** The URLs of the resources to protect, exactly as clients use them; the first also answers at the root. */
  resources: readonly [string, ...string[]];
  /** What people are told the server is called. */
  resourceName?: string;
  /** Standard output otherwise. */
  logger?: GuardLogger;
}

/** Protects an Express app: `entrance` before every route, `requireBearer` on each resource, `errorHandler` last. */
export interface Guard {
  /** Host and Origin checks, CORS, the metadata of the resources, and `/backchannel-logout` where it is on. */
  entrance: RequestHandler;
  /**
   * Lets only requests with a good access token through, and sets `request.auth`.
   *
   * @throws {TypeError} when the resource is not one of the guard's: its metadata would not be there.
   */
  requireBearer(resource: string): RequestHandler;
  /** Answers errors without a stack, a token or the IdP's own text. */
  errorHandler: ErrorRequestHandler;
}

/** Makes the guard of an Express app. */
export function createGuard(options: GuardOptions): Guard {
  const { connection, resources, resourceName = 'MCP server', logger = createLogger() } = options;
  const { publicUrl = new URL(resources[0]).origin } = options;
  const { backchannelLogout } = connection;
  const backchannel = backchannelLogout && createBackchannelLogout(backchannelLogout, logger);
  const wellKnown = wellKnownDocuments(resources, resourceName, connection, publicUrl);
  return {
    entrance: createFrontDoor({ ...options, logger, backchannel, wellKnown }),
    requireBearer: (resource) => {
      if (resources.includes(resource)) return createRequireBearer(resource, connection, logger);
      throw new TypeError(`${resource} is not among the guard's resources: ${resources.join(', ')}`);
    },
    errorHandler: createErrorHandler(logger),
  };
}

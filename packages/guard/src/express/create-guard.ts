import { isAccessTokenInfo } from '@mcp-whoami/provider';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { createGates, type Gate, invitationTo } from '../core/bearer-gate.ts';
import { createEntrance, type EntranceOptions } from '../core/entrance.ts';
import { createEntranceCheck, type EntranceCheck } from '../core/entrance-check.ts';
import type { GuardLogger } from '../core/guard-logger.ts';
import { type ProtectionOptions, protectedResources } from '../core/protection.ts';
import { createPublicPathRemover, publicUrlOf } from '../core/public-path.ts';
import { createResourceFinder } from '../core/resource-finder.ts';
import { createExpressEntrance, wholePathOf } from './create-entrance.ts';
import { createLogger } from './create-logger.ts';
import { createErrorHandler } from './error-handler.ts';
import { requestDetails } from './request-details.ts';
import { sendAnswer } from './send-answer.ts';

export type GuardOptions = ProtectionOptions &
  Omit<EntranceOptions, keyof ProtectionOptions> & {
    /** Standard output otherwise. */
    logger?: GuardLogger;
  };

/** Protects an Express app: `entrance` before every route, `requireBearer` on each resource, `errorHandler` last. */
export interface Guard {
  /** Host and Origin checks, CORS, the metadata of the resources, and `/backchannel-logout` where it is on. */
  entrance: RequestHandler;
  /**
   * Lets only requests with a good access token through, and sets `request.auth`. It stands before any check of the
   * method: some clients open with a GET or a HEAD and learn from the 401 where to sign in.
   *
   * @throws {TypeError} when the resource is not one of the guard's: its metadata would not be there.
   */
  requireBearer(resource: string): RequestHandler;
  /**
   * Answers errors without a stack, a token or the IdP's own text. A token that other code refused with the
   * connection's errors (mcp-auth's `bearerAuth`) is challenged as `requireBearer` does.
   */
  errorHandler: ErrorRequestHandler;
}

/**
 * Makes the guard of an Express app.
 *
 * @throws {ConfigurationError} for what is not a connection, or resources that are not its own.
 * @example
 * const guard = createGuard({ connection });
 * app.use(guard.entrance);
 * app.all('/mcp', guard.requireBearer(resource), express.json(), handler);
 * app.use(guard.errorHandler);
 */
export function createGuard({ logger = createLogger(), ...given }: GuardOptions): Guard {
  const resources = protectedResources(given);
  const options = { ...given, resources };
  const { connection } = options;
  const withoutPublicPath = createPublicPathRemover(publicUrlOf(options));
  const entranceCheck = createEntranceCheck(logger, 'Put app.use(guard.entrance) before every route');
  const gateOf = createGates(connection, resources);
  const resourceAt = createResourceFinder(resources, withoutPublicPath);
  const challengeOf = (request: Request) => {
    const resource = resourceAt(wholePathOf(request, withoutPublicPath));
    return connection === 'none' || resource === undefined ? {} : invitationTo(resource, connection);
  };
  return {
    entrance: createExpressEntrance(createEntrance(options), withoutPublicPath, entranceCheck, logger),
    requireBearer: (resource) => createRequireBearer(gateOf(resource), entranceCheck, logger),
    errorHandler: createErrorHandler(logger, challengeOf),
  };
}

function createRequireBearer(gate: Gate, entrance: EntranceCheck, logger: GuardLogger): RequestHandler {
  return async (request, response, next) => {
    entrance.require(request, () => requestDetails(request, response));
    const verdict = await gate(request, request.ip);
    if (verdict === undefined) return next();
    if (!isAccessTokenInfo(verdict)) return sendAnswer(request, response, logger, verdict);
    Object.assign(request, { auth: verdict });
    next();
  };
}

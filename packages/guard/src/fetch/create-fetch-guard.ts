import type { IncomingMessage } from 'node:http';
import { type AccessTokenInfo, isAccessTokenInfo, type ProviderConnection } from '@mcp-whoami/provider';
import type { Answer } from '../core/answer.ts';
import type { Entry } from '../core/entering-request.ts';
import { createEntrance, type EntranceOptions } from '../core/entrance.ts';
import { createEntranceCheck } from '../core/entrance-check.ts';
import type { GuardLogger } from '../core/guard-logger.ts';
import { createPageHeaders } from '../core/page-headers.ts';
import { type ProtectionOptions, protectedResources } from '../core/protection.ts';
import { createPublicPathRemover, publicUrlOf } from '../core/public-path.ts';
import { createConsoleLogger } from './console-logger.ts';
import { createJudge } from './judge.ts';
import { createRequestReader, type ReadingOptions } from './read-request.ts';
import { detailsOf, respond, withHeaders } from './respond.ts';

export type FetchGuardOptions = ProtectionOptions &
  Omit<EntranceOptions, keyof ProtectionOptions> &
  ReadingOptions & {
    /** The console otherwise. */
    logger?: GuardLogger;
  };

/**
 * Protects a server that takes requests of the web standards, and others by their Node requests.
 *
 * @typeParam Auth nothing where nobody has to sign in (`connection: 'none'`).
 */
export interface FetchGuard<Auth extends AccessTokenInfo | undefined = AccessTokenInfo> {
  /**
   * What every request passes first: Host and Origin checks, preflights, the metadata of the resources, and
   * `/backchannel-logout` where it is on. A response is the guard's own answer; nothing lets the request in.
   */
  entrance(request: Request | IncomingMessage): Promise<Response | undefined>;
  /**
   * The access token of a request, or the response that refuses it, to be returned or thrown as it is.
   *
   * @param resource the one that is called; otherwise the guard's only one, or that whose path the request has.
   * @throws {TypeError} when the resource is not one of the guard's: its metadata would not be there.
   */
  authorize(request: Request | IncomingMessage, resource?: string): Promise<Auth | Response>;
  /** Both, before a handler whose response the page that asked may read. */
  handle<Arrived extends Request | IncomingMessage>(
    request: Arrived,
    handler: (request: Arrived, auth: Auth) => Response | Promise<Response>,
  ): Promise<Response>;
}

/** Routes of a connection take Node's request and response, which a request of the web standards does not have. */
const routesElsewhere: Answer = {
  status: 404,
  body: { error: 'not_found' },
  log: {
    level: 'error',
    reason: 'routes_not_mounted',
    message:
      'the connection answers this path itself, and needs Node’s request and response for it: call connection.routes.handle(request, response, …) for the paths that connection.routes.has(path) says, before this guard',
  },
};

const withoutRoutes = (entry: Entry): Entry =>
  entry.routes === undefined ? entry : { headers: entry.headers, answer: routesElsewhere };

/**
 * Makes the guard of a server on web standards: Hono, Fastify, Next.js, FastMCP, Workers.
 *
 * @throws {ConfigurationError} for what is not a connection, or resources that are not its own.
 * @example
 * const guard = createFetchGuard({ connection });
 * export const POST = (request: Request) => guard.handle(request, (_, auth) => Response.json(auth.claims));
 */
export function createFetchGuard(options: FetchGuardOptions & { connection: ProviderConnection }): FetchGuard;
export function createFetchGuard(options: FetchGuardOptions & { connection: 'none' }): FetchGuard<undefined>;
export function createFetchGuard(options: FetchGuardOptions): FetchGuard<AccessTokenInfo | undefined>;
export function createFetchGuard(given: FetchGuardOptions): FetchGuard<AccessTokenInfo | undefined> {
  const resources = protectedResources(given);
  const options = { ...given, resources };
  const { allowedOrigins = [], logger = createConsoleLogger() } = options;
  const withoutPublicPath = createPublicPathRemover(publicUrlOf(options));
  const read = createRequestReader(options, withoutPublicPath);
  const enter = createEntrance(options);
  const judge = createJudge(options, withoutPublicPath);
  const pageHeaders = createPageHeaders(resources, allowedOrigins);
  const entranceCheck = createEntranceCheck(
    logger,
    'Call guard.entrance(request) with the same request before guard.authorize, or guard.handle, which does both',
  );

  return {
    entrance: async (request) => {
      entranceCheck.passed(request);
      const arrived = read(request);
      const { headers, answer } = withoutRoutes(enter(arrived));
      return answer && respond(arrived, await answer, headers, logger);
    },
    authorize: async (request, resource) => {
      const arrived = read(request);
      entranceCheck.require(request, () => detailsOf(arrived));
      const verdict = await judge(arrived, resource);
      if (verdict === undefined || isAccessTokenInfo(verdict)) return verdict;
      return respond(arrived, verdict, pageHeaders(arrived), logger);
    },
    handle: async (request, handler) => {
      const arrived = read(request);
      const { headers, answer } = withoutRoutes(enter(arrived));
      const verdict = await (answer ?? judge(arrived));
      if (verdict !== undefined && !isAccessTokenInfo(verdict))
        return respond(arrived, verdict, headers, logger);
      return withHeaders(await handler(request, verdict), headers, arrived.requestId);
    },
  };
}

import type { Answer } from '../core/answer.ts';
import { createGates, type Gate } from '../core/bearer-gate.ts';
import { answerToError } from '../core/error-answers.ts';
import type { RequestHead } from '../core/header-lines.ts';
import type { PublicRoutesOptions } from '../core/public-routes.ts';
import { createResourceFinder } from '../core/resource-finder.ts';

const noResource: Answer = {
  status: 404,
  body: { error: 'not_found' },
  log: {
    level: 'warn',
    reason: 'resource_unknown',
    message: 'none of the guard’s resources has this path: name the resource in authorize(request, resource)',
  },
};

/** A request to some resource. */
interface CallingRequest extends RequestHead {
  path: string;
  address: string | undefined;
}

/**
 * Makes the function that judges a request to a resource: the guard's only one, or the one whose path the request
 * has, unless it is named.
 */
export function createJudge(
  { connection, resources }: Pick<PublicRoutesOptions, 'connection' | 'resources'>,
  withoutPublicPath: (target: string) => string,
): (request: CallingRequest, resource?: string) => ReturnType<Gate> {
  const gateOf = createGates(connection, resources);
  const resourceAt = createResourceFinder(resources, withoutPublicPath);
  return async (request, resource = resourceAt(request.path)) => {
    if (resource === undefined) return noResource;
    // Whatever else is thrown, hosts would call a bad token.
    return gateOf(resource)(request, request.address).catch((error: unknown) => answerToError(error));
  };
}

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Middleware } from '@mcp-whoami/authorization-server';

const requesters = new AsyncLocalStorage<string>();

/** Requests without an `Origin` come from programs; nothing tells them apart. */
const PROGRAMS = 'programs';

/** Remembers, for as long as a request lasts, whose page or that no page sent it. */
export const rememberRequester: Middleware = (ctx, next) =>
  requesters.run(ctx.req.headers.origin ?? PROGRAMS, next);

/** Who sent the request that is being answered: the origin of a page, or any program. */
export const currentRequester = (): string => requesters.getStore() ?? PROGRAMS;

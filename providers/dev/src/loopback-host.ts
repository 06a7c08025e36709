import type { Middleware } from '@mcp-whoami/authorization-server';
import { isLoopbackHost } from '@mcp-whoami/environment';

/** Refuses a page of another name that was rebound to the loopback address: its requests carry its own Host. */
export const requireLoopbackHost: Middleware = async (ctx, next) => {
  const { host = '' } = ctx.req.headers;
  const name = /^[\w.:[\]-]+$/.test(host) ? URL.parse(`http://${host}`)?.hostname : undefined;
  if (name !== undefined && isLoopbackHost(name)) return next();
  ctx.status = 403;
  ctx.body = 'Host is not a loopback name\n';
};

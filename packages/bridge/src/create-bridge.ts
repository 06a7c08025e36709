import type { IncomingMessage } from 'node:http';
import type { ConnectionRoutes, JsonObject } from '@mcp-whoami/provider';
import type { JSONWebKeySet } from 'jose';
import type { Admission } from './admission.ts';
import {
  type AuthorizationServerOptions,
  createAuthorizationServer,
} from './authorization-server/create-authorization-server.ts';
import { createGrants, type Grants } from './grants/grants.ts';
import { createRecheck } from './grants/recheck.ts';
import { signInsPath } from './paths.ts';
import { createRequestLogger } from './request-logger.ts';
import { createBrowserCookie } from './sign-in/browser-cookie.ts';
import { createSignIn } from './sign-in/create-sign-in.ts';
import type { UpstreamClient } from './upstream/sign-in.ts';

export interface BridgeOptions
  extends Omit<AuthorizationServerOptions, 'grants' | 'recheck' | 'browserOf' | 'callerOf'> {
  upstream: UpstreamClient;
  admission: Admission;
}

/** The authorization server of an MCP server's clients. */
export interface Bridge {
  metadata: JsonObject;
  /** The public keys of its tokens. */
  keys: JSONWebKeySet;
  routes: ConnectionRoutes;
  grants: Grants;
}

/**
 * Makes an authorization server that registers clients, asks for consent, signs people in at an IdP, and issues tokens
 * of its own.
 */
export function createBridge(options: BridgeOptions): Bridge {
  const { publicUrl, store, keys, upstream, admission } = options;
  const logger = createRequestLogger(options.logger);
  const grants = createGrants(store);
  const browsers = createBrowserCookie(publicUrl);
  const callers = new WeakMap<IncomingMessage, readonly string[]>();
  const { provider, publicKeys, metadata } = createAuthorizationServer({
    ...options,
    logger,
    grants,
    recheck: createRecheck({ store, grants, upstream, admission, logger }),
    browserOf: browsers.find,
    callerOf: (request) => callers.get(request) ?? [],
  });
  const pages = {
    provider,
    store,
    upstream,
    grants,
    admission,
    browsers,
    formKey: keys.forms,
    publicUrl,
    logger,
  };
  for (const page of createSignIn(pages)) provider.use(page);
  const answer = provider.callback();
  const toPublicUrl = createUrlRewriter(publicUrl);

  return {
    metadata,
    keys: publicKeys,
    grants,
    routes: {
      has: (path) => path === signInsPath || path.startsWith('/oauth/'),
      handle: (request, response, { target, caller, details }) => {
        callers.set(request, caller);
        toPublicUrl(request, target);
        logger.during(details, () => void answer(request, response));
      },
    },
  };
}

/**
 * Has a request be one to the public URL, of which all URLs in answers are made: whatever a proxy or a client calls
 * this server, and whether or not the proxy takes the path of the public URL off.
 */
function createUrlRewriter(publicUrl: string) {
  const { pathname, host, protocol } = new URL(publicUrl);
  const publicPath = pathname.replace(/\/$/, '');
  const headers = { host, 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) };
  return (request: IncomingMessage, target: string): void => {
    Object.assign(request, { url: target, originalUrl: publicPath + target });
    Object.assign(request.headers, headers);
  };
}

import { httpUrl, nodeEnvironment, setting, wholeNumber } from '@mcp-whoami/environment';
import { z } from 'zod';
import { refusedInProduction } from './exposure.ts';
import { providerNames } from './providers.ts';

/** The highest port. */
export const MAX_PORT = 65_535;

/**
 * A path that no proxy spells in another way, and that is none of this server's own: with it taken off or not, a
 * request must be for one and the same route.
 */
const publicPath = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)*\/?$/;
const ownPath =
  /^\/(?:\.well-known(?:\/.*)?|mcp|sse|messages|page|health|backchannel-logout|sign-ins|oauth(?:\/.*)?)\/?$/i;

const pathOf = (url: string) => url.replace(/^[^:]+:\/\/[^/\\?#]*/, '');

const publicUrl = httpUrl
  .refine((text) => !URL.canParse(text) || publicPath.test(pathOf(text)), {
    error: 'scheme, host and port, and at most a path of letters, digits, `-`, `.`, `_` and `~`',
  })
  .refine((text) => !URL.canParse(text) || !ownPath.test(pathOf(text)), {
    error: 'the URL before this server’s own paths: the resources are `/mcp` and `/sse` under it',
  })
  .transform((text) => new URL(text).href.replace(/\/$/, ''));

/** A value of `Host` (RFC 9110 §7.2). */
const hostList = z
  .array(z.string())
  .refine(
    (list) =>
      list.every(
        (entry) => /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(entry) && URL.canParse(`http://${entry}`),
      ),
    { error: 'hosts as clients send them, `name` or `name:port`, separated by commas or spaces' },
  );

/** As browsers send it (RFC 6454 §6.2); pages of extensions and editors have schemes of their own. */
const originList = z
  .array(z.string())
  .refine(
    (list) => list.every((entry) => /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]+$/.test(entry) && URL.canParse(entry)),
    {
      error: 'origins (scheme, host and port, in lower case, without a path), separated by commas or spaces',
    },
  )
  .transform((list) => list.map((entry) => (/^https?:/.test(entry) ? new URL(entry).origin : entry)));

/** The variables of the server itself. */
export const serverVariables = {
  provider: setting(z.enum(providerNames, { error: `one of ${providerNames.join(', ')}` }).default('dev'), {
    description: `one of ${providerNames.map((name) => `\`${name}\``).join(', ')}; \`dev\` is embedded (this machine only, refused with \`NODE_ENV=production\`), \`none\` is no authentication`,
    example: 'keycloak',
  }),
  bridge: setting(z.boolean({ error: 'true or false' }).optional(), {
    description:
      '`true`: this server is the authorization server of its clients, and signs people in at the IdP by a client of its own there (`<P>_CLIENT_ID`, `<P>_CLIENT_SECRET`)',
    example: 'true',
    defaultText: '`true` for `github`, `google` and `entra`, else `false`',
  }),
  host: setting(z.string().default('127.0.0.1'), {
    description: 'the address it listens on',
    example: '0.0.0.0',
  }),
  port: setting(wholeNumber(`a port from 0 to ${MAX_PORT} (0: any free one)`, 0, MAX_PORT).default(3001), {
    description: 'the port it listens on',
    example: '3001',
  }),
  publicUrl: setting(publicUrl.optional(), {
    description:
      'the URL that clients use, with a path if it has one; the resources are `/mcp` and `/sse` under it',
    example: 'https://mcp.example.com',
    defaultText: 'http://localhost:$PORT',
  }),
  allowedHosts: setting(hostList.default([]), {
    description:
      'further values of `Host`, as proxies and clusters send them, separated by commas or spaces; with `TRUSTED_PROXIES` a right `X-Forwarded-Host` is enough',
    example: 'whoami.internal:3001',
    defaultText: 'the host of `PUBLIC_URL`, loopback',
  }),
  allowedOrigins: setting(originList.default([]), {
    description: 'further browser origins, separated by commas or spaces',
    example: 'https://inspector.example.com',
    defaultText: 'loopback origins and `PUBLIC_URL`',
  }),
  trustedProxies: setting(wholeNumber('a number of proxies', 0, 99).default(0), {
    description:
      'how many reverse proxies stand before the server: the address of a client, by which its bad tokens are counted, is then what they say in `X-Forwarded-For`',
    example: '1',
  }),
  discoveryRetry: setting(z.boolean({ error: 'true or false' }).default(false), {
    description:
      '`true`: wait for an IdP whose metadata cannot be fetched yet, instead of exiting; calls get 503 meanwhile',
    example: 'true',
  }),
  ...nodeEnvironment,
};

/** The environment of the server itself, with the rules about several of its variables. */
export const serverEnvironment = z.object(serverVariables).check(...refusedInProduction);

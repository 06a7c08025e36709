import { crossCheck, httpUrl, type SettingMeta, setting, wholeNumber } from '@mcp-whoami/environment';
import { z } from 'zod';
import { issuerUrl } from './metadata/authorization-server-metadata.ts';
import { ANY_AUDIENCE, NO_AUDIENCE } from './token/audience.ts';

/** `scope-token` of RFC 6749 §3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const scopeList = z
  .array(z.string())
  .refine((scopes) => scopes.every((scope) => scopeToken.test(scope)), {
    error: 'scopes separated by spaces or commas (RFC 6749 section 3.3)',
  })
  .transform((scopes) => [...new Set(scopes)]);

const audienceList = z
  .array(z.string())
  .refine((list) => list.length > 0 && (list.length === 1 || !list.includes(ANY_AUDIENCE)), {
    error: `audience values separated by commas or spaces, ${NO_AUDIENCE} among them for tokens that name no audience, or ${ANY_AUDIENCE} alone`,
  });

/** How this server authenticates as a client of the IdP (RFC 6749 §2.3.1). */
const clientAuthMethods = ['client_secret_basic', 'client_secret_post'] as const;

/** The option that names the issuer. */
export function issuerSetting(meta: SettingMeta) {
  return setting(issuerUrl, { ...meta, url: true });
}

/** The option of a provider whose IdP tells of logouts (OpenID Connect Back-Channel Logout 1.0). */
export const backchannelLogoutSetting = {
  logoutClientIds: setting(
    z.array(z.string()).min(1, { error: 'client ids separated by commas or spaces' }).optional(),
    {
      description:
        'the clients at the IdP for which it sends logout tokens to `/backchannel-logout` of this server, separated by commas or spaces; turns that endpoint on',
      example: 'mcp-inspector',
    },
  ),
};

/** The option of a provider whose IdP is asked whether a token that is proved was revoked. */
export const revocationSetting = {
  revocation: setting(
    z.enum(['best-effort', 'required'], { error: 'best-effort or required' }).default('best-effort'),
    {
      description:
        'what becomes of a token that is proved while the IdP cannot be asked whether it was revoked: `best-effort` accepts it, with a warning in the log; `required` answers 503',
      example: 'required',
    },
  ),
};

/**
 * The options that every provider has.
 *
 * @param defaults.scopes what clients are asked for unless told.
 */
export function resourceServerOptions(defaults: { scopes: readonly string[] }) {
  return z.object({
    discoveryUrl: setting(httpUrl.optional(), {
      description:
        'where to fetch the metadata when the public issuer cannot be reached from here; the `issuer` inside must still be the configured one, and requests to the issuer’s origin go to this origin instead; plain http to another machine is refused in production',
      example: 'https://idp.internal/realms/mcp-realm/.well-known/openid-configuration',
      defaultText: 'derived from the issuer',
      url: true,
    }),
    audience: setting(audienceList.optional(), {
      description:
        'accepted `aud` values, separated by commas or spaces; `none` among them accepts tokens that name no audience; `*` alone turns the check off',
      example: 'http://localhost:3001/mcp',
      defaultText: 'the URLs of the server’s resources',
    }),
    scopes: setting(scopeList.default([...defaults.scopes]), {
      description: 'the scopes asked of clients, separated by spaces or commas',
      example: 'openid profile email',
    }),
    requiredScopes: setting(scopeList.default([]), {
      description: 'scopes, separated by spaces or commas; a token that lacks any of them gets 403',
      example: 'mcp:whoami',
    }),
    clientId: setting(z.string().optional(), {
      description:
        'this server’s own client at the IdP; turns on introspection, where the IdP offers it, of opaque tokens and of JWTs that cannot be judged here',
      example: 'whoami',
    }),
    clientSecret: setting(z.string().optional(), {
      description: 'the secret of that client',
      example: 'the-secret-of-that-client',
      secret: true,
    }),
    clientAuth: setting(
      z
        .enum(clientAuthMethods, { error: `one of ${clientAuthMethods.join(', ')}` })
        .default('client_secret_basic'),
      {
        description: `how that client authenticates: ${clientAuthMethods.map((method) => `\`${method}\``).join(' or ')}`,
        example: 'client_secret_post',
      },
    ),
    pageClientId: setting(z.string().optional(), {
      description:
        'the public client of the page at `/`, whose redirect URI is `PUBLIC_URL` and `/`; needed where the IdP registers no clients, or none for web pages',
      example: 'whoami-page',
      defaultText: 'the page registers itself',
    }),
    tokenCacheSeconds: setting(wholeNumber('whole seconds from 0 to 60', 0, 60).default(10), {
      description:
        'seconds for which an accepted token is not judged again, and so the longest time that a revoked one goes on; 0 judges each call',
      example: '0',
    }),
    maxOpaqueTokenLength: setting(wholeNumber('whole characters from 1 to 16384', 1, 16_384).default(4_096), {
      description:
        'the longest token that the IdP is asked about, in characters; a JWT that is verified here may have 16,384',
      example: '8192',
    }),
    keysMaxAgeSeconds: setting(
      wholeNumber('whole seconds from 60 to 2592000', 60, 30 * 24 * 3_600).default(24 * 3_600),
      {
        description:
          'seconds for which the IdP’s keys go on to serve while they cannot be refreshed; then calls get 503',
        example: '3600',
      },
    ),
  });
}

/** The values of the options that every provider has, and of those that some have. */
export type ResourceServerSettings = z.output<ReturnType<typeof resourceServerOptions>> &
  Partial<z.output<z.ZodObject<typeof backchannelLogoutSetting & typeof revocationSetting>>>;

/**
 * A provider's own options, which say where its IdP is, and those that every provider has.
 *
 * @example
 * const options = providerOptions(
 *   { issuer: issuerSetting({ description: 'the issuer', example: 'https://idp.example.com' }) },
 *   { scopes: ['openid'] },
 * );
 */
export function providerOptions<Own extends z.ZodRawShape>(
  own: Own,
  defaults: { scopes: readonly string[] },
) {
  return z
    .object({ ...own, ...resourceServerOptions(defaults).shape })
    .check(
      crossCheck(
        'clientId',
        'the client to which the secret belongs',
        ({ clientId, clientSecret }) => clientSecret === undefined || clientId !== undefined,
      ),
    );
}

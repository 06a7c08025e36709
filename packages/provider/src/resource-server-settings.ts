import { z } from 'zod';
import { type VariableMeta, variable } from './environment.ts';
import type { RevocationCheck } from './revocation.ts';
import { httpUrl, issuerUrl } from './urls.ts';

/** The value of `<P>_AUDIENCE` that turns the audience check off. */
export const ANY_AUDIENCE = '*';

/** The value of `<P>_AUDIENCE` that accepts tokens that name no audience. */
export const NO_AUDIENCE = 'none';

/** The scope of refresh tokens, which is the clients' business and never asked of them by a resource (MCP authorization). */
export const OFFLINE_ACCESS = 'offline_access';

/** `scope-token` of RFC 6749 §3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const scopeList = z
  .string()
  .transform((text) => [...new Set(entriesOf(text))])
  .refine((scopes) => scopes.every((scope) => scopeToken.test(scope)), {
    error: 'scopes separated by spaces or commas (RFC 6749 section 3.3)',
  });

/** Values separated by commas, spaces or both; empty ones do not count. */
export const commaSeparated = z.string().transform(entriesOf);

/** Every list takes both separators: one that takes spaces only makes one value of `openid,profile`. */
function entriesOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '');
}

const audienceList = commaSeparated.refine(
  (list) => list.length > 0 && (list.length === 1 || !list.includes(ANY_AUDIENCE)),
  {
    error: `audience values separated by commas or spaces, ${NO_AUDIENCE} among them for tokens that name no audience, or ${ANY_AUDIENCE} alone`,
  },
);

/** A verdict is never remembered for longer, in seconds. */
const MAX_VERDICT_LIFETIME_SECONDS = 60;
const DEFAULT_VERDICT_LIFETIME_SECONDS = 10;

const wholeNumber = (unit: string, least: number, most: number) =>
  z
    .string()
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most, {
      error: `${unit} from ${least} to ${most}`,
    })
    .transform(Number);

/** The longest opaque token, in characters: what is longer is refused before the IdP is asked. */
export const DEFAULT_MAX_OPAQUE_TOKEN_LENGTH = 4_096;
const MAX_MAX_OPAQUE_TOKEN_LENGTH = 16_384;

/** How long the IdP's keys serve while they cannot be refreshed, in seconds. */
export const DEFAULT_KEYS_MAX_AGE_SECONDS = 24 * 3_600;
const LEAST_KEYS_MAX_AGE_SECONDS = 60;
const MOST_KEYS_MAX_AGE_SECONDS = 30 * 24 * 3_600;

/** How this server authenticates as a client of the IdP (RFC 6749 §2.3.1). */
export const clientAuthMethods = ['client_secret_basic', 'client_secret_post'] as const;

/** The variable that names the issuer. */
export function issuerVariable(meta: VariableMeta) {
  return variable(issuerUrl, meta);
}

/**
 * The environment of a provider: its own variables, which say where its IdP is, and those that every configured
 * provider has.
 */
export function providerEnvironment<Own extends z.ZodRawShape>(
  own: Own,
  defaults: { scopes: readonly string[] },
) {
  return z
    .object({ ...own, ...resourceServerVariables(defaults) })
    .check(
      crossCheck(
        'clientId',
        'the client to which the secret belongs',
        ({ clientId, clientSecret }) => clientSecret === undefined || clientId !== undefined,
      ),
    );
}

/**
 * A rule about several variables, for `.check()`: judged also when one of them is malformed. `example` is an
 * assignment that works, where the variable's own does not.
 */
export function crossCheck(
  field: string,
  expected: string,
  holds: (values: Record<string, unknown>) => boolean,
  example?: string,
) {
  return z.refine<Record<string, unknown>>(holds, {
    path: [field],
    error: expected,
    when: () => true,
    ...(example === undefined ? {} : { params: { example } }),
  });
}

function resourceServerVariables(defaults: { scopes: readonly string[] }) {
  return {
    discoveryUrl: variable(httpUrl.optional(), {
      description:
        'where to fetch the metadata when the public issuer can not be reached from here; the `issuer` inside must still be the configured one, and requests to the issuer’s origin go to this origin instead; plain http to another machine is refused in production',
      example: 'https://idp.internal/realms/mcp-realm/.well-known/openid-configuration',
      defaultText: 'derived from the issuer',
    }),
    audience: variable(audienceList.optional(), {
      description:
        'accepted `aud` values, separated by commas or spaces; `none` among them accepts tokens that name no audience; `*` alone turns the check off',
      example: 'http://localhost:3001/mcp',
      defaultText: 'the URLs of the server’s resources',
    }),
    scopes: variable(scopeList.default([...defaults.scopes]), {
      description: 'the scopes asked of clients, separated by spaces or commas',
      example: 'openid profile email',
      defaultText: defaults.scopes.length === 0 ? 'none' : defaults.scopes.join(' '),
    }),
    requiredScopes: variable(scopeList.default([]), {
      description: 'scopes, separated by spaces or commas; a token that lacks any of them gets 403',
      example: 'mcp:whoami',
      defaultText: 'none',
    }),
    clientId: variable(z.string().optional(), {
      description:
        'this server’s own client at the IdP; turns on introspection, where the IdP offers it, of opaque tokens and of JWTs that cannot be judged here',
      example: 'whoami',
      defaultText: 'none',
    }),
    clientSecret: variable(z.string().optional(), {
      description: 'the secret of that client',
      example: 'the-secret-of-that-client',
      defaultText: 'none',
      secret: true,
    }),
    clientAuth: variable(
      z
        .enum(clientAuthMethods, { error: `one of ${clientAuthMethods.join(', ')}` })
        .default('client_secret_basic'),
      {
        description: `how that client authenticates: ${clientAuthMethods.map((method) => `\`${method}\``).join(' or ')}`,
        example: 'client_secret_post',
        defaultText: 'client_secret_basic',
      },
    ),
    pageClientId: variable(z.string().optional(), {
      description:
        'the public client of the page at `/`, whose redirect URI is `PUBLIC_URL` and `/`; needed where the IdP registers no clients, or none for web pages',
      example: 'whoami-page',
      defaultText: 'the page registers itself',
    }),
    verdictLifetime: variable(
      wholeNumber('whole seconds', 0, MAX_VERDICT_LIFETIME_SECONDS).default(DEFAULT_VERDICT_LIFETIME_SECONDS),
      {
        description:
          'seconds for which an accepted token is not judged again, and so the longest time that a revoked one goes on; 0 judges each call',
        example: '0',
        defaultText: String(DEFAULT_VERDICT_LIFETIME_SECONDS),
      },
    ),
    maxOpaqueTokenLength: variable(
      wholeNumber('whole characters', 1, MAX_MAX_OPAQUE_TOKEN_LENGTH).default(
        DEFAULT_MAX_OPAQUE_TOKEN_LENGTH,
      ),
      {
        description:
          'the longest token that the IdP is asked about, in characters; a JWT that is verified here may have 16,384',
        example: '8192',
        defaultText: String(DEFAULT_MAX_OPAQUE_TOKEN_LENGTH),
      },
    ),
    keysMaxAgeSeconds: variable(
      wholeNumber('whole seconds', LEAST_KEYS_MAX_AGE_SECONDS, MOST_KEYS_MAX_AGE_SECONDS).default(
        DEFAULT_KEYS_MAX_AGE_SECONDS,
      ),
      {
        description:
          'seconds for which the IdP’s keys go on to serve while they cannot be refreshed; then calls get 503',
        example: '3600',
        defaultText: String(DEFAULT_KEYS_MAX_AGE_SECONDS),
      },
    ),
  };
}

/** The values of the variables that every configured provider has. */
export interface ResourceServerSettings {
  discoveryUrl?: string | undefined;
  /** Accepted `aud` values; nothing means the server's resources, `none` tokens without any, `*` alone any. */
  audience?: readonly string[] | undefined;
  scopes: readonly string[];
  requiredScopes: readonly string[];
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  clientAuth: (typeof clientAuthMethods)[number];
  /** The public client of the server's own page; nothing: it registers itself (RFC 7591). */
  pageClientId?: string | undefined;
  /** Seconds for which an accepted token is not judged again. */
  verdictLifetime: number;
  /** The longest token that the IdP is asked about, in characters; {@link DEFAULT_MAX_OPAQUE_TOKEN_LENGTH} otherwise. */
  maxOpaqueTokenLength?: number | undefined;
  /** Seconds for which keys that cannot be refreshed serve; {@link DEFAULT_KEYS_MAX_AGE_SECONDS} otherwise. */
  keysMaxAgeSeconds?: number | undefined;
  /** What becomes of a proved token whose revocation the IdP cannot be asked about; `best-effort` otherwise. */
  revocation?: RevocationCheck | undefined;
  /** The clients for which the IdP sends logout tokens here; nothing where it sends none. */
  logoutClientIds?: readonly string[] | undefined;
}

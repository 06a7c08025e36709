import {
  ConfigurationError,
  type ConfigurationProblem,
  isPlainHttp,
  type SettingsSchema,
  settingMeta,
  shownUrl,
} from '@mcp-whoami/environment';
import type { ConnectionContext } from '../connect-options.ts';
import type { AuthorizationServerMetadata } from './authorization-server-metadata.ts';

/** What the judgement of a URL hangs on. */
type Strictness = Pick<ConnectionContext, 'production' | 'nameOf'>;

/**
 * Plain http to another machine (OAuth 2.1 §1.5) in the settings that say where the IdP is: warnings, by name.
 *
 * @throws {ConfigurationError} in production.
 */
export function checkConfiguredUrls(
  schema: SettingsSchema,
  values: Readonly<Record<string, unknown>>,
  { production, nameOf }: Strictness,
): string[] {
  const insecure = Object.entries(schema.shape).flatMap(([field, fieldSchema]) => {
    const url = values[field];
    return typeof url === 'string' && settingMeta(fieldSchema).url && isPlainHttp(url)
      ? [{ field, url }]
      : [];
  });
  return warnOrThrow(
    production,
    insecure.map(({ field, url }) => ({
      setting: nameOf(field),
      found: shownUrl(url),
      expected: 'https: in production (NODE_ENV=production) tokens never travel over plain http',
      example: nameOf(field, overHttps(url)),
    })),
    insecure.map(
      ({ field, url }) =>
        `${nameOf(field, shownUrl(url))} is plain http: anybody on the way can read tokens and change answers`,
    ),
  );
}

/**
 * The same for the endpoints that the metadata names: those of clients, and this server's own as it reaches them.
 *
 * @throws {ConfigurationError} in production.
 */
export function checkEndpoints(
  { issuer, authorization_endpoint, token_endpoint }: AuthorizationServerMetadata,
  own: readonly (string | undefined)[],
  discoveryUrl: string | undefined,
  { production, nameOf }: Strictness,
): string[] {
  // These ways are judged by themselves, as configured URLs.
  if (isPlainHttp(issuer)) return [];
  const discoveryOrigin = discoveryUrl && new URL(discoveryUrl).origin;
  const insecure = [authorization_endpoint, token_endpoint, ...own].filter(
    (url) => url !== undefined && isPlainHttp(url) && new URL(url).origin !== discoveryOrigin,
  );
  if (insecure.length === 0) return [];
  const text = `its metadata names endpoints over plain http: ${insecure.map((url) => shownUrl(url ?? '')).join(', ')}`;
  const problem = {
    setting: nameOf('issuer'),
    found: issuer,
    expected:
      'an IdP with https endpoints: in production (NODE_ENV=production) tokens never travel over plain http',
    hint: text,
  };
  return warnOrThrow(
    production,
    [problem],
    [`${nameOf('issuer')}: ${text}: anybody on the way can read tokens`],
  );
}

function warnOrThrow(
  production: boolean | undefined,
  problems: readonly ConfigurationProblem[],
  warnings: string[],
): string[] {
  if (production && problems.length > 0) throw new ConfigurationError(problems);
  return warnings;
}

/** Without the query, which may hold a secret. */
function overHttps(url: string): string {
  return url.replace(/^http:/i, 'https:').replace(/[?#].*$/s, '');
}

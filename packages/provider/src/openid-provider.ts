import { type SettingsSchema, withNames } from '@mcp-whoami/environment';
import type { z } from 'zod';
import { connectAuthorizationServer } from './connect-authorization-server.ts';
import { defineProvider, type Provider, type ProviderDefinition } from './define-provider.ts';
import type { Advice } from './errors.ts';
import type { JsonObject } from './json.ts';
import { type GroupClaims, openIdUpstream, usualGroups } from './openid-upstream.ts';
import { backchannelLogoutSetting, providerOptions, type ResourceServerSettings } from './options.ts';
import type { UserinfoRole } from './token/user.ts';

/** An OpenID Connect provider as data: its options, and what it is known to do. */
export interface OpenIdProviderDefinition<Schema extends SettingsSchema>
  extends Omit<ProviderDefinition<Schema>, 'connect' | 'upstream' | 'isBridge' | 'issuerOption'> {
  /** The issuer, of its options. */
  issuer(options: z.output<Schema>): string;
  /** Where the issuer is made of another option: that option, and what it would be for an issuer. */
  issuerOption?: { field: string; textFor(issuer: string): string };
  /** What userinfo means for a token that was proved without it; `profile` otherwise. */
  userinfoRole?: UserinfoRole;
  /** Of its options, what people know the IdP by; the title otherwise. */
  nameForPeople?(options: z.output<Schema>): string;
  /** Where it says which groups somebody is in; {@link usualGroups} otherwise. */
  groups?: GroupClaims;
  /** Mends faults that its metadata is known to have. */
  repairMetadata?(document: JsonObject): JsonObject;
  /** What else helps when its metadata cannot be fetched or is another issuer's; `{issuer}` in it names that setting. */
  hint?: string;
  /** What will not work, by its metadata: for the operator, at start. `{issuer=…}` in it is an assignment. */
  doubts?(metadata: JsonObject): readonly string[];
  /**
   * What to change there when a token is refused, by the accepted audience and its options; `{audience}` in it names
   * that setting.
   */
  advice?(audience: readonly string[], options: z.output<Schema>): Advice;
}

/** The options of an OpenID Connect provider: its own, and those that every one has. */
export function openIdOptions<Own extends z.ZodRawShape>(own: Own) {
  return providerOptions({ ...own, ...backchannelLogoutSetting }, { scopes: ['openid', 'profile', 'email'] });
}

/**
 * Makes a provider of an OpenID Connect provider that is known by its issuer.
 *
 * @example
 * export const example = defineOpenIdProvider({
 *   id: 'example',
 *   title: 'Example',
 *   environmentPrefix: 'EXAMPLE',
 *   options: openIdOptions({
 *     issuer: issuerSetting({ description: 'the issuer', example: 'https://idp.example.com' }),
 *   }),
 *   issuer: ({ issuer }) => issuer,
 * });
 */
export function defineOpenIdProvider<Schema extends SettingsSchema & z.ZodType<ResourceServerSettings>>(
  definition: OpenIdProviderDefinition<Schema>,
): Provider<{ [Option in keyof z.input<Schema>]: z.input<Schema>[Option] }> {
  const {
    issuer,
    issuerOption,
    userinfoRole,
    nameForPeople,
    groups,
    repairMetadata,
    hint,
    doubts,
    advice,
    ...data
  } = definition;
  const { id, title } = definition;
  return defineProvider({
    ...data,
    issuerOption: { type: 'oidc', ...(issuerOption ?? { field: 'issuer' }) },
    upstream: (settings, context) =>
      openIdUpstream(
        {
          id,
          title: nameForPeople?.(settings) ?? title,
          issuer: issuer(settings),
          groups: groups ?? usualGroups,
          settings,
        },
        context,
      ),
    connect: async (settings, context) => {
      const { nameOf } = context;
      const connection = await connectAuthorizationServer(
        {
          metadata: {
            kind: 'discover',
            type: 'oidc',
            issuer: issuer(settings),
            hint,
            repair: repairMetadata,
          },
          userinfoRole: userinfoRole ?? 'profile',
          settings,
          advice: advice?.(settings.audience ?? context.resources, settings),
        },
        {
          ...context,
          nameOf: (field, text) =>
            field === 'issuer' && issuerOption !== undefined
              ? nameOf(issuerOption.field, text && issuerOption.textFor(text))
              : nameOf(field, text),
        },
      );
      const doubtful = doubts?.(connection.about.metadata) ?? [];
      return {
        ...connection,
        warnings: [...connection.warnings, ...doubtful.map((text) => withNames(text, nameOf))],
      };
    },
  });
}

import type { NameOf } from '@mcp-whoami/environment';
import type { ConnectedServer, MetadataSource } from './metadata/connected-server.ts';
import { describePublished } from './metadata/published-warnings.ts';
import type { ResourceServerSettings } from './options.ts';
import { ANY_AUDIENCE, type AudiencePolicy, acceptsNoAudience } from './token/audience.ts';
import { isAskedAsDefault, OFFLINE_ACCESS, requireByLongName } from './token/scope-names.ts';

interface Facts {
  source: MetadataSource;
  settings: ResourceServerSettings;
  connected: ConnectedServer;
  policy: AudiencePolicy;
  /** By which ways a token can be proved. */
  methods: { verifyJwt?: unknown; introspect?: unknown; readUserinfo?: unknown };
  nameOf: NameOf;
}

/** What will not work, or is weaker than it looks: for the operator, at start. */
export function describeDoubts({ source, settings, connected, policy, methods, nameOf }: Facts): string[] {
  const { metadata } = connected;
  const { verifyJwt, introspect, readUserinfo } = methods;
  const anyAudience = policy.audience.includes(ANY_AUDIENCE);
  const noAudience = acceptsNoAudience(policy);
  const onlyUserinfo = verifyJwt === undefined && introspect === undefined && readUserinfo !== undefined;
  const unasked = requireByLongName(settings).filter(
    (scope) => !settings.scopes.includes(scope) && !isAskedAsDefault(scope, settings.scopes),
  );
  const doubts: [boolean, string][] = [
    [
      anyAudience,
      `${nameOf('audience', '*')} turns the audience check off: a token that any application got from this IdP is accepted`,
    ],
    [
      noAudience && !anyAudience,
      `none in ${nameOf('audience')} accepts tokens that name no audience: where this IdP’s tokens for other applications name none either, those are accepted too`,
    ],
    [
      settings.clientId !== undefined && introspect === undefined,
      `${nameOf('clientId')} is set, but the IdP’s metadata names no introspection endpoint: opaque tokens are not introspected`,
    ],
    [
      onlyUserinfo && !noAudience,
      `only the userinfo endpoint can prove a token, and it does not say for whom the token is: every token is refused unless ${nameOf('audience', 'none')} accepts them on purpose`,
    ],
    [
      onlyUserinfo && settings.requiredScopes.length > 0,
      `only the userinfo endpoint can prove a token, and it does not say which scopes the token has: ${nameOf('requiredScopes')} refuses every token`,
    ],
    [
      !onlyUserinfo && unasked.length > 0,
      `${nameOf('requiredScopes')} names ${unasked.join(' ')}, which ${nameOf('scopes')} does not: clients that do not step up after a 403 cannot call`,
    ],
    [
      verifyJwt === undefined && introspect === undefined && readUserinfo === undefined,
      'the IdP’s metadata names no `jwks_uri`, no userinfo endpoint and no introspection endpoint that this server may use: no token can be proved, so every one is refused',
    ],
    [
      settings.logoutClientIds !== undefined && connected.endpoints.jwks === undefined,
      `${nameOf('logoutClientIds')} is set, but the IdP’s metadata names no keys: no logout token can be proved, so none is taken`,
    ],
    [
      settings.logoutClientIds !== undefined && metadata.backchannel_logout_supported !== true,
      `${nameOf('logoutClientIds')} is set, but the IdP’s metadata does not say that it sends logout tokens (\`backchannel_logout_supported\`)`,
    ],
    [
      [...settings.scopes, ...settings.requiredScopes].includes(OFFLINE_ACCESS),
      `offline_access in ${nameOf('scopes')} or ${nameOf('requiredScopes')} is left out: clients ask for it by themselves`,
    ],
  ];
  return [
    ...doubts.filter(([applies]) => applies).map(([, text]) => text),
    ...describePublished(source, connected, settings.discoveryUrl, nameOf),
  ];
}

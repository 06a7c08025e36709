import type { AuthorizationServer } from './authorization-server.ts';
import type { ConnectionContext } from './define-provider.ts';
import type { FoundMetadata } from './find-metadata.ts';
import type { ProofMethods } from './prove-token.ts';
import { describePublished } from './published-metadata.ts';
import { ANY_AUDIENCE, OFFLINE_ACCESS } from './resource-server-settings.ts';
import { isAskedAsDefault, requireByLongName } from './scope-names.ts';
import { acceptsNoAudience, type TokenPolicy } from './token-claims.ts';

interface Facts extends FoundMetadata {
  server: AuthorizationServer;
  policy: TokenPolicy;
  methods: ProofMethods;
  context: ConnectionContext;
}

/** What will not work, or is weaker than it looks: for the operator, at start. */
export function describeDoubts(facts: Facts): string[] {
  const { server, metadata, policy, methods, context } = facts;
  const { settings } = server;
  const { variable } = context;
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
      `${variable('audience')}=* turns the audience check off: a token that any application got from this IdP is accepted`,
    ],
    [
      noAudience && !anyAudience,
      `none in ${variable('audience')} accepts tokens that name no audience: where this IdP’s tokens for other applications name none either, those are accepted too`,
    ],
    [
      settings.clientId !== undefined && introspect === undefined,
      `${variable('clientId')} is set, but the IdP’s metadata names no introspection endpoint: opaque tokens are not introspected`,
    ],
    [
      onlyUserinfo && !noAudience,
      `only the userinfo endpoint can prove a token, and it does not say for whom the token is: every token is refused unless ${variable('audience')}=none accepts them on purpose`,
    ],
    [
      onlyUserinfo && settings.requiredScopes.length > 0,
      `only the userinfo endpoint can prove a token, and it does not say which scopes the token has: ${variable('requiredScopes')} refuses every token`,
    ],
    [
      !onlyUserinfo && unasked.length > 0,
      `${variable('requiredScopes')} names ${unasked.join(' ')}, which ${variable('scopes')} does not: clients that do not step up after a 403 can not call`,
    ],
    [
      verifyJwt === undefined && introspect === undefined && readUserinfo === undefined,
      'the IdP’s metadata names no `jwks_uri`, no userinfo endpoint and no introspection endpoint that this server may use: no token can be proved, so every one is refused',
    ],
    [
      settings.logoutClientIds !== undefined && metadata.jwks_uri === undefined,
      `${variable('logoutClientIds')} is set, but the IdP’s metadata names no keys: no logout token can be proved, so none is taken`,
    ],
    [
      settings.logoutClientIds !== undefined && metadata.backchannel_logout_supported !== true,
      `${variable('logoutClientIds')} is set, but the IdP’s metadata does not say that it sends logout tokens (\`backchannel_logout_supported\`)`,
    ],
    [
      [...settings.scopes, ...settings.requiredScopes].includes(OFFLINE_ACCESS),
      `offline_access in ${variable('scopes')} or ${variable('requiredScopes')} is left out: clients ask for it by themselves`,
    ],
  ];
  const published = describePublished({
    ...facts,
    discoveryUrl: settings.discoveryUrl,
    pkce: 'tokenEndpoint' in server.metadata ? server.metadata.pkce : undefined,
    variables: { discoveryUrl: variable('discoveryUrl'), pkce: variable('pkce') },
  });
  return [...doubts.filter(([applies]) => applies).map(([, text]) => text), ...published];
}

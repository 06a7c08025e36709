import {
  ConfigurationError,
  type Identity,
  identityOfClaims,
  type OAuth2Endpoints,
  requireClient,
  type Upstream,
  type UpstreamContext,
} from '@mcp-whoami/provider';
import { carriesError, findUser } from '@mcp-whoami/provider/idp';
import type { z } from 'zod';
import type { options } from './options.ts';

type Settings = z.output<typeof options>;

/**
 * An OAuth 2.0 authorization server as the upstream of a bridge: its user endpoint says who signed in.
 *
 * @throws {ConfigurationError} when this server's client there, or the user endpoint, is not configured.
 */
export function oauth2Upstream(settings: Settings, { nameOf }: UpstreamContext): Upstream {
  const endpoints = endpointsOf(settings);
  if (endpoints.kind === 'byHand' && settings.userinfoUrl === undefined) {
    throw new ConfigurationError([
      {
        setting: nameOf('userinfoUrl'),
        expected:
          'where to ask the IdP who signed in: introspection does not tell a bridge enough of a person',
      },
    ]);
  }
  return {
    id: 'oauth2-custom',
    title: new URL(endpoints.kind === 'byHand' ? endpoints.authorizationEndpoint : endpoints.issuer).host,
    server: {
      kind: 'oauth2',
      endpoints,
      identify: async (ask, { userinfoEndpoint }) => {
        const url = settings.userinfoUrl ?? userinfoEndpoint;
        if (url === undefined)
          throw new Error(`its metadata names no userinfo endpoint: set ${nameOf('userinfoUrl')}`);
        const answer = await ask(url, {
          method: settings.userinfoMethod,
          headers: settings.userinfoHeaders,
          body: settings.userinfoBody && JSON.stringify(settings.userinfoBody),
        });
        return identityIn(answer?.body, settings);
      },
    },
    ...requireClient(settings, nameOf),
    // An IdP of one's own kind has scopes of its own kind.
    scopes: settings.scopes,
  };
}

function endpointsOf({
  issuer = '',
  discoveryUrl,
  authorizationEndpoint,
  tokenEndpoint,
}: Settings): OAuth2Endpoints {
  return authorizationEndpoint !== undefined && tokenEndpoint !== undefined
    ? { kind: 'byHand', authorizationEndpoint, tokenEndpoint }
    : { kind: 'discover', issuer, discoveryUrl };
}

function identityIn(answer: unknown, mapping: Pick<Settings, 'subjectPath' | 'claimsPath'>): Identity {
  const user = carriesError(answer) ? undefined : findUser(answer, mapping);
  if (user === undefined)
    throw new Error(`no id of a user at \`${mapping.subjectPath}\` in the answer of userinfo`);
  return identityOfClaims(user.claims, { subject: user.subject, groups: ['groups', 'roles'] });
}

import type { Upstream, UpstreamContext } from '@mcp-whoami/provider';
import { identifyAtGithub } from './identity.ts';

/** What of the options says where GitHub is and who this server is there. */
export interface GithubSettings {
  url: string;
  clientId: string;
  clientSecret: string;
}

/** GitHub, by what its documentation says of it. It publishes no metadata for this. */
export function githubUpstream(
  { url, clientId, clientSecret }: GithubSettings,
  { allowedGroups = [] }: Pick<UpstreamContext, 'allowedGroups'>,
): Upstream {
  const api = apiOf(url);
  const wanted = {
    organizations: allowedGroups.some((name) => !isTeam(name)),
    teams: allowedGroups.some(isTeam),
  };
  return {
    id: 'github',
    title: 'GitHub',
    server: {
      kind: 'oauth2',
      endpoints: {
        kind: 'byHand',
        authorizationEndpoint: `${url}/login/oauth/authorize`,
        tokenEndpoint: `${url}/login/oauth/access_token`,
      },
      identify: (ask) => identifyAtGithub(ask, api, wanted),
    },
    clientId,
    clientSecret,
    clientAuth: 'client_secret_post',
    // A GitHub App has permissions instead, and takes no notice.
    scopes: ['read:user', 'user:email', ...(allowedGroups.length > 0 ? ['read:org'] : [])],
    groupNames: {
      ignoreCase: true,
      pattern: /^(org:[\w-]+|[\w-]+\/[\w.-]+)$/,
      expected: 'an organization (`org:acme`) or a team (`acme/team`)',
      example: 'org:acme acme/team',
    },
  };
}

/** GitHub and GitHub Enterprise Cloud have a host for it, a GitHub Enterprise Server has a path. */
function apiOf(url: string): string {
  const { protocol, host } = new URL(url);
  const hasHost = host === 'github.com' || host.endsWith('.ghe.com');
  return hasHost ? `${protocol}//api.${host}` : `${url}/api/v3`;
}

function isTeam(group: string): boolean {
  return group.includes('/');
}

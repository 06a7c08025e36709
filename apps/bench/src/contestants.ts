import { fileURLToPath } from 'node:url';
import manifest from 'whoami/package.json' with { type: 'json' };
import type { Announcement } from './announcement.ts';
import { audience, resourceServer } from './user.ts';

/** A server that is measured. */
export interface Contestant {
  name: string;
  /** For people, in the table and the chart. */
  title: string;
  /** The token that its calls must carry; the others serve everybody. */
  token?: 'jwt' | 'opaque';
  /** A token that its calls carry though it serves everybody. */
  carries?: 'jwt';
  /** This repository's own. */
  ours?: true;
  /** The program, and what it is told of the identity provider. */
  program: string;
  /** What Node is started with. */
  nodeOptions?: readonly string[];
  environment(idp: Announcement): Record<string, string>;
  /** What every answer contains, instead of the user. */
  answers?: string;
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const other = (name: string, title: string, token?: 'jwt' | 'opaque'): Contestant => ({
  name,
  title,
  ...(token && { token }),
  program: file(`servers/${name}.ts`),
  environment: ({ issuer, claims }) => ({ ISSUER: issuer, CLAIMS: JSON.stringify(claims) }),
});

/** As the package's own script has them. */
const ownNodeOptions = manifest.scripts.start.split(' ').filter((word) => word.startsWith('--'));

const own = (
  name: string,
  title: string,
  environment: Contestant['environment'],
  more: Pick<Contestant, 'token' | 'answers'>,
): Contestant => ({
  name,
  title,
  ours: true,
  ...more,
  program: file('../../whoami/src/main.ts'),
  nodeOptions: ownNodeOptions,
  environment: (idp) => ({ PORT: '0', ...environment(idp) }),
});

const opaqueProvider = (issuer: string) => ({
  PROVIDER: 'oauth2-custom',
  OAUTH2_AUTHORIZATION_ENDPOINT: `${issuer}/authorize`,
  OAUTH2_TOKEN_ENDPOINT: `${issuer}/token`,
});

/** Every server, in the order of the table. The ratios are to the first, to `express`, `whoami-none` and `whoami-open`. */
export const contestants: readonly Contestant[] = [
  other('tutorial', 'tutorial: userinfo at each call', 'opaque'),
  other('mcp-auth-jwt', 'mcp-auth, JWT', 'jwt'),
  other('sdk-v1', 'MCP SDK v1, no authentication'),
  other('sdk-v2', 'MCP SDK v2 with jose, JWT', 'jwt'),
  own(
    'whoami-jwt',
    'whoami, JWT',
    ({ issuer }) => ({ PROVIDER: 'generic-oidc', OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience }),
    { token: 'jwt' },
  ),
  own(
    'whoami-userinfo',
    'whoami, opaque token, userinfo',
    ({ issuer }) => ({
      ...opaqueProvider(issuer),
      OAUTH2_USERINFO_URL: `${issuer}/userinfo`,
      OAUTH2_AUDIENCE: '*',
    }),
    { token: 'opaque' },
  ),
  own(
    'whoami-introspection',
    'whoami, opaque token, introspection',
    ({ issuer }) => ({
      ...opaqueProvider(issuer),
      OAUTH2_INTROSPECTION_URL: `${issuer}/introspect`,
      OAUTH2_CLIENT_ID: resourceServer.clientId,
      OAUTH2_CLIENT_SECRET: resourceServer.clientSecret,
      OAUTH2_AUDIENCE: audience,
    }),
    { token: 'opaque' },
  ),
  own('whoami-none', 'whoami, no authentication', () => ({ PROVIDER: 'none' }), {
    answers: 'Not authenticated',
  }),
  {
    ...other('whoami-open', 'whoami, the same JSON to everybody'),
    ours: true,
    carries: 'jwt',
    nodeOptions: ownNodeOptions,
  },
  other('express', 'Express alone, the same JSON'),
];

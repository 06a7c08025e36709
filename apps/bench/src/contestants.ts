import { fileURLToPath } from 'node:url';
import { audience, type Idp, resourceServer } from './idp-facts.ts';

/** A server that is measured. */
export interface Contestant {
  name: string;
  /** For people, in the table and the chart. */
  title: string;
  /** The token that its calls must carry, the IdP's or, of a bridge, its own; the others serve everybody. */
  token?: 'jwt' | 'opaque' | 'own';
  /** Its calls are of the revision of MCP without a handshake. */
  stateless?: boolean;
  /** This repository's own. */
  ours: boolean;
  /** As a user starts it. */
  command: readonly [string, ...string[]];
  /** What it is told of the identity provider. */
  environment: (idp: Idp) => Record<string, string>;
  /** What every answer contains, instead of the user. */
  answers?: string;
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const program = (name: string) => ({
  name,
  ours: false,
  command: [process.execPath, file(`servers/${name}.ts`)] as const,
  environment: ({ issuer, claims }: Idp) => ({ ISSUER: issuer, CLAIMS: JSON.stringify(claims) }),
});
const express = program('express');

const whoami = (
  way: string,
  title: string,
  environment: Contestant['environment'],
  token: Contestant['token'],
) => ({
  name: `whoami-${way}`,
  title: `whoami, ${title}`,
  ours: true,
  command: [file('../node_modules/.bin/mcp-whoami')] as const,
  environment: (idp: Idp) => ({ PORT: '0', ...environment(idp) }),
  ...(token && { token }),
});

const custom = ({ issuer }: Idp) => ({
  PROVIDER: 'oauth2-custom',
  OAUTH2_AUTHORIZATION_ENDPOINT: `${issuer}/authorize`,
  OAUTH2_TOKEN_ENDPOINT: `${issuer}/token`,
});
const byJwt: Contestant['environment'] = ({ issuer }) => ({
  PROVIDER: 'generic-oidc',
  OIDC_ISSUER: issuer,
  OIDC_AUDIENCE: audience,
});
const byUserinfo: Contestant['environment'] = (idp) => ({
  ...custom(idp),
  OAUTH2_USERINFO_URL: `${idp.issuer}/userinfo`,
  OAUTH2_AUDIENCE: '*',
});
const byIntrospection: Contestant['environment'] = (idp) => ({
  ...custom(idp),
  OAUTH2_INTROSPECTION_URL: `${idp.issuer}/introspect`,
  OAUTH2_CLIENT_ID: resourceServer.clientId,
  OAUTH2_CLIENT_SECRET: resourceServer.clientSecret,
  OAUTH2_AUDIENCE: audience,
});

const byBridge: Contestant['environment'] = () => ({
  PROVIDER: 'github',
  ALLOWED_USERS: '*',
  STORE_URL: 'memory:',
});

/** Every server, in the order of the table. */
export const contestants: readonly Contestant[] = [
  { ...program('tutorial'), title: 'tutorial: userinfo at each call', token: 'opaque' },
  { ...program('mcp-auth-jwt'), title: 'mcp-auth, JWT', token: 'jwt' },
  { ...program('sdk-v1'), title: 'MCP SDK v1, no authentication' },
  { ...program('sdk-v2'), title: 'MCP SDK v2 with jose, JWT', token: 'jwt' },
  whoami('jwt', 'JWT', byJwt, 'jwt'),
  { ...whoami('stateless', 'MCP 2026-07-28, JWT', byJwt, 'jwt'), stateless: true },
  { ...whoami('bridge', 'its own token, by a bridge', byBridge, 'own'), answers: 'github:1005' },
  whoami('userinfo', 'opaque token, userinfo', byUserinfo, 'opaque'),
  whoami('introspection', 'opaque token, introspection', byIntrospection, 'opaque'),
  {
    ...whoami('none', 'no authentication', () => ({ PROVIDER: 'none' }), undefined),
    answers: 'Not authenticated',
  },
  {
    ...express,
    name: 'guard',
    title: 'Express with the guard, JWT',
    token: 'jwt',
    ours: true,
    environment: (idp) => ({ ...express.environment(idp), GUARDED: 'true' }),
  },
  { ...express, title: 'Express alone, the same JSON' },
];

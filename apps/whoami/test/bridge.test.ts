import {
  adaAtEntra,
  adaAtGoogle,
  confidentialClient,
  freePort,
  graceAtEntra,
  graceAtGoogle,
  startEntraLike,
  startGithubLike,
  startGoogleLike,
  startStandIn,
} from '@mcp-whoami/testkit';
import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describe, expect, it } from 'vitest';
import { runMain } from './run-main.ts';
import { startWhoami } from './start-whoami.ts';

/** An IdP that registers no clients by itself, at which this server has one. */
interface UpstreamCase {
  start(redirectUri: string): Promise<AsyncDisposable & { environment: Record<string, string> }>;
  /** The subjects of Ada and Grace, as whoami names them. */
  subjects: [string, string];
}

const upstreams: Record<string, UpstreamCase> = {
  github: {
    start: async (redirectUri) => {
      const github = await startGithubLike({ redirectUri });
      return withEnvironment(github, {
        PROVIDER: 'github',
        GITHUB_URL: github.origin,
        GITHUB_CLIENT_ID: github.client.id,
        GITHUB_CLIENT_SECRET: github.client.secret,
      });
    },
    subjects: ['github:1005', 'github:1006'],
  },
  google: {
    start: async (redirectUri) => {
      const google = await startGoogleLike({ redirectUri });
      return withEnvironment(google, {
        PROVIDER: 'google',
        GOOGLE_ISSUER: google.issuer,
        GOOGLE_CLIENT_ID: google.client.id,
        GOOGLE_CLIENT_SECRET: google.client.secret,
      });
    },
    subjects: [`google:${adaAtGoogle.sub}`, `google:${graceAtGoogle.sub}`],
  },
  entra: {
    start: async (redirectUri) => {
      const entra = await startEntraLike({ redirectUri });
      return withEnvironment(entra, {
        PROVIDER: 'entra',
        ENTRA_AUTHORITY: entra.origin,
        ENTRA_TENANT: entra.tenant,
        ENTRA_CLIENT_ID: entra.client.id,
        ENTRA_CLIENT_SECRET: entra.client.secret,
      });
    },
    subjects: [adaAtEntra, graceAtEntra].map(({ tid, oid }) => `entra:${tid}:${oid}`) as [string, string],
  },
  'generic-oidc': {
    start: async (redirectUri) => {
      const client = { ...confidentialClient, client_id: 'whoami', redirect_uris: [redirectUri] };
      const idp = await startStandIn({
        accessTokens: 'opaque',
        resource: 'ignored',
        registration: 'off',
        clients: [client],
      });
      return withEnvironment(idp, {
        PROVIDER: 'generic-oidc',
        BRIDGE: 'true',
        OIDC_ISSUER: idp.issuer,
        OIDC_CLIENT_ID: client.client_id,
        OIDC_CLIENT_SECRET: client.client_secret,
      });
    },
    subjects: ['generic-oidc:ada', 'generic-oidc:grace'],
  },
};

function withEnvironment(idp: AsyncDisposable, environment: Record<string, string>) {
  return { environment, [Symbol.asyncDispose]: () => idp[Symbol.asyncDispose]() };
}

const clients = {
  'SDK v1 over /mcp': { connect: connectSdkV1, transport: 'http', path: 'mcp' },
  'SDK v1 over /sse': { connect: connectSdkV1, transport: 'sse', path: 'sse' },
  'SDK v2 over /mcp': { connect: connectSdkV2, transport: 'http', path: 'mcp' },
} as const;

/** The server behind which an IdP is, which has to know its callback before. */
async function startBridge({ start }: UpstreamCase, more: Record<string, string> = {}) {
  await using cleanup = new AsyncDisposableStack();
  const port = String(await freePort());
  const upstream = cleanup.use(await start(`http://localhost:${port}/oauth/callback`));
  const whoami = cleanup.use(await startWhoami({ ...upstream.environment, PORT: port, ...more }));
  const running = cleanup.move();
  return { ...whoami, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

describe.each(Object.entries(upstreams))('sign-in by a bridge at %s', (_, upstream) => {
  it.each(Object.entries(clients))('%s, given only the URL', async (_name, { connect, transport, path }) => {
    await using whoami = await startBridge(upstream);
    for (const [index, sub] of ['ada', 'grace'].entries()) {
      await using client = await connect(whoami[path], { transport, user: { sub } });
      expect(await client.listTools()).toEqual(['whoami']);
      expect(await client.callWhoami()).toMatchObject({ sub: upstream.subjects[index] });
    }
  });
});

describe('a bridge in production', () => {
  const environment = {
    NODE_ENV: 'production',
    PORT: '0',
    PROVIDER: 'github',
    GITHUB_CLIENT_ID: 'a-client',
    GITHUB_CLIENT_SECRET: 'a-secret-of-github',
  };

  it('does not start without a word on who may come and what keeps the grants', async () => {
    await using whoami = runMain(environment);
    const { code, stderr } = await whoami.closed;
    expect(code).toBe(1);
    expect(stderr).toContain('ALLOWED_USERS is not set.');
    expect(stderr).toContain('example:  ALLOWED_USERS=@example.com');
    expect(stderr).toContain('STORE_URL is not set.');
    expect(stderr).not.toContain('a-secret-of-github');
  });

  it('starts with both, and says which callback to register', async () => {
    await using whoami = runMain({ ...environment, ALLOWED_GROUPS: 'org:acme', STORE_URL: 'memory:' });
    expect(await whoami.ready()).toMatch(
      /Register at GitHub as the callback URL of the client: http:\/\/localhost:\d+\/oauth\/callback/,
    );
  });
});

it.each([
  ['a list that keeps nobody out', { PROVIDER: 'none', ALLOWED_USERS: '@example.com' }, 'ALLOWED_USERS'],
  ['a provider that cannot be behind one', { PROVIDER: 'dev', BRIDGE: 'true' }, 'BRIDGE'],
  ['one without which nothing works', { PROVIDER: 'github', BRIDGE: 'false' }, 'BRIDGE'],
  [
    'a client that is missing at the IdP',
    { PROVIDER: 'generic-oidc', BRIDGE: 'true', OIDC_ISSUER: 'https://idp.example.com' },
    'OIDC_CLIENT_SECRET',
  ],
  [
    'a group that no one can be in',
    { PROVIDER: 'github', GITHUB_CLIENT_ID: 'a', GITHUB_CLIENT_SECRET: 'b', ALLOWED_GROUPS: 'acme' },
    'ALLOWED_GROUPS',
  ],
])('refuses %s at start', async (_, environment, setting) => {
  await expect(startWhoami({ NODE_ENV: 'test', ...environment })).rejects.toMatchObject({
    problems: expect.arrayContaining([expect.objectContaining({ setting })]),
  });
});

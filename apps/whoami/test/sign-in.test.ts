import {
  ada,
  githubLikeUser,
  grace,
  nativeClient,
  type StandIn,
  type StandInOptions,
  startStandIn,
} from '@mcp-whoami/testkit';
import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describe, expect, it } from 'vitest';
import { startWhoami } from './start-whoami.ts';

/** A provider's environment for its stand-in, and what whoami says of a user there. */
interface SignInCase {
  provider: string;
  idp: StandInOptions;
  environment: (idp: StandIn) => Record<string, string>;
  /** The IdP registers no clients by itself: the person gives the client an id. */
  registered?: boolean;
  claims: (user: typeof ada) => Record<string, unknown>;
}

const profileOf = ({ sub, name, email }: typeof ada) => ({ sub, name, email });

const cases: Record<string, SignInCase> = {
  logto: {
    provider: 'logto',
    idp: { issuerPath: '/oidc', registration: 'off' },
    environment: ({ origin }) => ({ LOGTO_ENDPOINT: origin }),
    registered: true,
    claims: ({ sub }) => ({ sub }),
  },
  keycloak: {
    provider: 'keycloak',
    idp: { issuerPath: '/realms/mcp-realm', jwtsHonoured: true, accessTokenHeader: { typ: 'JWT' } },
    environment: ({ issuer }) => ({ KEYCLOAK_ISSUER: issuer }),
    claims: profileOf,
  },
  'generic-oidc with a trailing slash': {
    provider: 'generic-oidc',
    idp: { issuerPath: '/', jwtsHonoured: true },
    environment: ({ issuer }) => ({ OIDC_ISSUER: issuer }),
    claims: profileOf,
  },
  'generic-oidc with opaque tokens': {
    provider: 'generic-oidc',
    idp: { accessTokens: 'opaque', resource: 'ignored' },
    environment: ({ issuer }) => ({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: '*' }),
    claims: profileOf,
  },
  'generic-oidc whose metadata does not speak of PKCE': {
    provider: 'generic-oidc',
    idp: {
      jwtsHonoured: true,
      sendsIssuer: false,
      transformMetadata: ({ code_challenge_methods_supported: _, ...document }) => document,
    },
    environment: ({ issuer }) => ({ OIDC_ISSUER: issuer }),
    claims: profileOf,
  },
  'oauth2-custom with RFC 8414 metadata': {
    provider: 'oauth2-custom',
    idp: { metadata: 'rfc8414', issuerPath: '/oauth', jwtsHonoured: true },
    environment: ({ issuer }) => ({ OAUTH2_ISSUER: issuer, OAUTH2_SCOPES: 'openid profile email' }),
    claims: profileOf,
  },
  'oauth2-custom without metadata': {
    provider: 'oauth2-custom',
    idp: {
      metadata: 'none',
      accessTokens: 'opaque',
      resource: 'ignored',
      userinfoAnswer: githubLikeUser,
    },
    environment: (idp) => ({
      OAUTH2_AUTHORIZATION_ENDPOINT: idp.authorizationEndpoint,
      OAUTH2_TOKEN_ENDPOINT: idp.tokenEndpoint,
      OAUTH2_USERINFO_URL: idp.userinfoUrl,
      OAUTH2_SUBJECT_PATH: 'id',
      OAUTH2_AUDIENCE: '*',
      OAUTH2_SCOPES: 'openid',
    }),
    registered: true,
    claims: ({ sub, name }) => ({ login: sub, name }),
  },
};

const clients = {
  'SDK v1 over /mcp': { connect: connectSdkV1, transport: 'http', path: 'mcp' },
  'SDK v1 over /sse': { connect: connectSdkV1, transport: 'sse', path: 'sse' },
  'SDK v2 over /mcp': { connect: connectSdkV2, transport: 'http', path: 'mcp' },
} as const;

const registeredClient = { client_id: nativeClient.client_id };

describe.each(Object.entries(cases))(
  'sign-in with %s',
  (_, { provider, idp, environment, registered, claims }) => {
    it.each(Object.entries(clients))(
      '%s, given only the URL',
      async (_name, { connect, transport, path }) => {
        await using standIn = await startStandIn(idp);
        await using whoami = await startWhoami({ PROVIDER: provider, ...environment(standIn) });
        for (const user of [ada, grace]) {
          await using client = await connect(whoami[path], {
            transport,
            user,
            ...(registered ? { clientInformation: registeredClient } : {}),
          });
          expect(await client.listTools()).toEqual(['whoami']);
          expect(await client.callWhoami()).toMatchObject(claims(user));
        }
      },
    );
  },
);

describe('sign-in with the embedded identity provider', () => {
  it.each(Object.entries(clients))('%s, given only the URL', async (_name, { connect, transport, path }) => {
    await using whoami = await startWhoami();
    for (const [sub, name] of [
      ['dev-ada', 'Ada Lovelace'],
      ['dev-grace', 'Grace Hopper'],
    ] as const) {
      await using client = await connect(whoami[path], { transport, user: { sub: name } });
      expect(await client.listTools()).toEqual(['whoami']);
      expect(await client.callWhoami()).toMatchObject({ sub, name });
    }
  });
});

describe('a signed-in client', () => {
  it.each(Object.entries(clients))(
    '%s refreshes an expired token by itself',
    async (_name, { connect, transport, path }) => {
      await using idp = await startStandIn({ accessTokenLifetime: 1, refreshTokens: 'always' });
      await using whoami = await startWhoami({ PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer });
      await using client = await connect(whoami[path], { transport });
      const first = client.tokens()?.access_token;
      const tokenOfCall = async () => {
        expect(await client.callWhoami()).toMatchObject({ sub: ada.sub });
        return client.tokens()?.access_token;
      };
      await expect.poll(tokenOfCall, { timeout: 10_000, interval: 300 }).not.toBe(first);
      expect(whoami.log.map(({ fields }) => fields.reason)).toContain('expired');
      expect(client.authorizations).toHaveLength(1);
    },
  );

  it('SDK v2 steps up to the scope that a 403 asks for', async () => {
    await using idp = await startStandIn({ scopes: ['mcp:whoami'] });
    await using whoami = await startWhoami({
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      OIDC_REQUIRED_SCOPES: 'mcp:whoami',
    });
    await using client = await connectSdkV2(whoami.mcp);
    expect(await client.callWhoami()).toMatchObject({ sub: ada.sub });
    expect(whoami.log.map(({ fields }) => fields.reason)).toContain('insufficient_scope');
    expect(client.authorizations).toHaveLength(2);
    expect(client.authorizations[1]?.searchParams.get('scope')?.split(' ')).toEqual(
      expect.arrayContaining(['openid', 'mcp:whoami']),
    );
  });
});

describe('without authentication', () => {
  it.each(Object.entries(clients))(
    '%s is told that it is nobody',
    async (_name, { connect, transport, path }) => {
      await using whoami = await startWhoami({ PROVIDER: 'none' });
      await using client = await connect(whoami[path], { transport });
      expect(await client.listTools()).toEqual(['whoami']);
      expect(await client.callWhoami()).toEqual({ error: 'Not authenticated' });
      expect(client.authorizations).toHaveLength(0);
    },
  );
});

import { ada, type StandIn, startStandIn } from '@mcp-whoami/testkit';
import { ownResource, testProvider } from '@mcp-whoami/testkit/provider-suite';
import { expect, it } from 'vitest';
import { genericOidc } from '../src/index.ts';

const environment = ({ issuer }: StandIn) => ({ OIDC_ISSUER: issuer });
const withClient = (idp: StandIn) => ({
  ...environment(idp),
  OIDC_CLIENT_ID: idp.introspectionClient.clientId,
  OIDC_CLIENT_SECRET: idp.introspectionClient.clientSecret,
  OIDC_CLIENT_AUTH: idp.introspectionClient.clientAuth,
});
const profile = { name: ada.name, email: ada.email };

testProvider('generic-oidc, JWT', {
  provider: genericOidc,
  idp: { jwtsHonoured: true },
  environment,
  provedBy: 'jwt',
  checksAudience: true,
  profile,
  readsProfile: true,
  noticesRevocation: false,
});

testProvider('generic-oidc, JWT that userinfo refuses', {
  provider: genericOidc,
  idp: { accessTokenClaims: (claims) => ({ ...claims, name: ada.name }) },
  environment,
  provedBy: 'jwt',
  checksAudience: true,
  profile: { name: ada.name },
  readsProfile: true,
  noticesRevocation: false,
});

testProvider('generic-oidc, issuer with a trailing slash, scopes in `scp`, client in `cid`, ES256', {
  provider: genericOidc,
  idp: {
    issuerPath: '/',
    signingAlg: 'ES256',
    jwtsHonoured: true,
    accessTokenHeader: { typ: undefined },
    accessTokenClaims: ({ scope, client_id, ...claims }) => ({
      ...claims,
      scp: String(scope).split(' '),
      cid: client_id,
    }),
  },
  environment,
  provedBy: 'jwt',
  checksAudience: true,
  profile,
  readsProfile: true,
  noticesRevocation: false,
});

testProvider('generic-oidc, opaque and userinfo', {
  provider: genericOidc,
  idp: { accessTokens: 'opaque', resource: 'ignored' },
  environment: (idp) => ({ ...environment(idp), OIDC_AUDIENCE: '*' }),
  provedBy: 'userinfo',
  checksAudience: false,
  profile,
  noticesRevocation: true,
});

for (const clientAuth of ['client_secret_basic', 'client_secret_post'] as const) {
  testProvider(`generic-oidc, opaque and introspection by ${clientAuth}`, {
    provider: genericOidc,
    idp: { accessTokens: 'opaque', introspection: { clientAuth } },
    environment: withClient,
    provedBy: 'introspection',
    checksAudience: true,
    profile: { sub: ada.sub, aud: ownResource },
    noticesRevocation: true,
  });
}

it('says that nobody can verify the tokens of Okta’s org authorization server', async () => {
  await using idp = await startStandIn({
    transformMetadata: (document) => ({
      ...document,
      authorization_endpoint: `${document.issuer}/oauth2/v1/authorize`,
    }),
  });
  const resources: [string] = [ownResource];
  await using connection = await genericOidc.connectFromEnvironment(environment(idp), { resources });
  expect(connection.warnings.join()).toContain(`OIDC_ISSUER=${idp.issuer}/oauth2/default`);
});

import type { StandIn } from '@mcp-whoami/testkit';
import {
  type AuthorizationServer,
  backchannelLogoutSetting,
  connectAuthorizationServer,
  defineProvider,
  issuerSetting,
  providerOptions,
  revocationSetting,
  type WarningLogger,
} from '../src/index.ts';

export const resource = 'http://localhost:3001/mcp';

/** A plain OpenID Connect provider, with what a test changes in its declaration. */
export const testProvider = (changes: Partial<AuthorizationServer> = {}) =>
  defineProvider({
    id: 'test',
    title: 'Test',
    environmentPrefix: 'TEST',
    options: providerOptions(
      {
        issuer: issuerSetting({ description: 'the issuer', example: 'https://idp.example.com' }),
        ...backchannelLogoutSetting,
        ...revocationSetting,
      },
      { scopes: ['openid'] },
    ),
    connect: (settings, context) =>
      connectAuthorizationServer(
        {
          metadata: { kind: 'discover', type: 'oidc', issuer: settings.issuer },
          userinfoRole: 'profile',
          settings,
          ...changes,
        },
        context,
      ),
  });

/** This server's own client at the IdP, which introspects. */
export const clientOf = ({ introspectionClient: { clientId, clientSecret } }: StandIn) => ({
  TEST_CLIENT_ID: clientId,
  TEST_CLIENT_SECRET: clientSecret,
});

const silent: WarningLogger = { warn: () => undefined };

/** Connects it with an IdP. */
export const connect = (
  idp: StandIn,
  environment: Record<string, string> = {},
  changes: Partial<AuthorizationServer> = {},
  logger: WarningLogger = silent,
) =>
  testProvider(changes).connectFromEnvironment(
    { TEST_ISSUER: idp.issuer, TEST_TOKEN_CACHE_SECONDS: '0', ...environment },
    { resources: [resource], logger },
  );

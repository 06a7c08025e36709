import type { StandIn } from '@mcp-whoami/testkit';
import {
  type AuthorizationServer,
  backchannelLogoutVariable,
  connectAuthorizationServer,
  defineProvider,
  issuerVariable,
  providerEnvironment,
  revocationVariable,
  type WarningLogger,
} from '../src/index.ts';

export const resource = 'http://localhost:3001/mcp';

/** A plain OpenID Connect provider, with what a test changes in its declaration. */
export const testProvider = (changes: Partial<AuthorizationServer> = {}) =>
  defineProvider({
    id: 'test',
    title: 'Test',
    environmentPrefix: 'TEST',
    environment: providerEnvironment(
      {
        issuer: issuerVariable({ description: 'the issuer', example: 'https://idp.example.com' }),
        ...backchannelLogoutVariable,
        ...revocationVariable,
      },
      { scopes: ['openid'] },
    ),
    connect: (settings, context) =>
      connectAuthorizationServer(
        {
          metadata: { type: 'oidc', issuer: settings.issuer, issuerField: 'issuer' },
          userinfoRole: 'profile',
          settings,
          urls: { issuer: settings.issuer },
          ...changes,
        },
        context,
      ),
  });

const silent: WarningLogger = { warn: () => undefined };

/** Connects it with an IdP. */
export const connect = (
  idp: StandIn,
  environment: Record<string, string> = {},
  changes: Partial<AuthorizationServer> = {},
  logger: WarningLogger = silent,
) =>
  testProvider(changes).connect(
    { TEST_ISSUER: idp.issuer, TEST_VERDICT_LIFETIME: '0', ...environment },
    { resources: [resource], logger },
  );

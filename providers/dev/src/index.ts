import {
  connectAuthorizationServer,
  defineProvider,
  httpUrl,
  isLoopbackHost,
  nodeEnvironment,
  variable,
} from '@mcp-whoami/provider';
import { z } from 'zod';
import { startDevAuthorizationServer } from './authorization-server.ts';

const wrongResource = 'The client has to ask for a token with the URL of this server as `resource`';

const everybody = 'the dev provider lets everybody in without a password; set PROVIDER';

const scopes = ['openid', 'profile', 'email'];

/** An embedded authorization server with two users and no passwords: for a first try on one machine, never more. */
export const dev = defineProvider({
  id: 'dev',
  title: 'embedded development identity provider',
  environment: z.object({
    nodeEnv: variable(
      nodeEnvironment.nodeEnv.refine((production) => !production, {
        error: `anything but production: ${everybody}`,
        params: { example: 'PROVIDER=generic-oidc' },
      }),
      { description: 'not `production`', example: 'development', defaultText: 'none', exact: true },
    ),
    host: variable(
      z
        .string()
        .default('127.0.0.1')
        .refine(isLoopbackHost, { error: `a loopback address: ${everybody}` }),
      { description: 'a loopback address', example: '127.0.0.1' },
    ),
    publicUrl: variable(
      httpUrl
        .refine((url) => isLoopbackHost(URL.parse(url)?.hostname ?? ''), {
          error: `an address of this machine: ${everybody}`,
        })
        .optional(),
      {
        description: 'an address of this machine',
        example: 'http://localhost:3001',
        defaultText: 'http://localhost:$PORT',
      },
    ),
  }),
  connect: async (_, context) => {
    const server = await startDevAuthorizationServer({ resources: context.resources, scopes: [] });
    try {
      const connection = await connectAuthorizationServer(
        {
          metadata: { type: 'oidc', issuer: server.issuer, issuerField: 'issuer' },
          // Its tokens carry the profile.
          userinfoRole: 'none',
          settings: { scopes, requiredScopes: [], clientAuth: 'client_secret_basic', verdictLifetime: 10 },
          advice: { audience_mismatch: wrongResource, audience_unknown: wrongResource },
          urls: {},
        },
        context,
      );
      const names = server.users.map(({ name, email }) => `${name} (${email})`);
      return {
        ...connection,
        // It has no variables: the page registers itself.
        pageClient: undefined,
        notes: [`Sign in as ${names.join(' or ')}: no password, and everything is forgotten at exit`],
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  },
});

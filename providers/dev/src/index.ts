import { httpUrl, isLoopbackHost, nodeEnvironment, setting } from '@mcp-whoami/environment';
import { connectAuthorizationServer, defineProvider, resourceServerOptions } from '@mcp-whoami/provider';
import { z } from 'zod';
import { startDevAuthorizationServer } from './authorization-server.ts';

const wrongResource = 'The client has to ask for a token with the URL of this server as `resource`';

const newKeys =
  'The development provider has new keys at each start, and an issuer of its own: sign in again';

const notFromHere =
  'The development provider issues nothing of that form for this server: send the `access_token` that the client got from it, whole';

const everybody = 'the dev provider lets everybody in without a password; set PROVIDER';

const settings = resourceServerOptions({ scopes: ['openid', 'profile', 'email'] }).parse({});

/** An embedded authorization server with two users and no passwords: for a first try on one machine, never more. */
export const dev = defineProvider({
  id: 'dev',
  title: 'embedded development identity provider',
  options: z.object({
    nodeEnv: setting(
      nodeEnvironment.nodeEnv.refine((value) => value !== 'production', {
        error: `anything but production: ${everybody}`,
        params: { example: 'PROVIDER=generic-oidc' },
      }),
      { description: 'not `production`', example: 'development', exact: true },
    ),
    host: setting(
      z
        .string()
        .default('127.0.0.1')
        .refine(isLoopbackHost, { error: `a loopback address: ${everybody}` }),
      { description: 'a loopback address', example: '127.0.0.1' },
    ),
    publicUrl: setting(
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
          metadata: { kind: 'discover', type: 'oidc', issuer: server.issuer },
          // Its tokens carry the profile.
          userinfoRole: 'none',
          settings,
          configurable: false,
          advice: {
            opaque_token: notFromHere,
            encrypted_token: notFromHere,
            audience_mismatch: wrongResource,
            audience_unknown: wrongResource,
            unknown_key: newKeys,
            issuer_mismatch: newKeys,
          },
        },
        context,
      );
      const names = server.users.map(({ name, email }) => `${name} (${email})`);
      return {
        ...connection,
        about: {
          metadata: connection.about.metadata,
          // Without a page client: it has no variables, and the page registers itself.
          notes: [`Sign in as ${names.join(' or ')}: no password, and everything is forgotten at exit`],
        },
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  },
});

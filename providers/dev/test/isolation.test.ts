import { testIsolation } from '@mcp-whoami/testkit/provider-suite';
import { describe } from 'vitest';
import { dev } from '../src/index.ts';
import { redeem, registerClient, signIn } from './client.ts';
import { mcp } from './server.ts';

describe('a connection to the embedded identity provider', () => {
  testIsolation({
    // It has no setting for it.
    tokenCacheSeconds: ['10'],
    start: async () => {
      await using stack = new AsyncDisposableStack();
      const connection = stack.use(await dev.connect({}, { resources: [mcp] }));
      const client = await registerClient(connection.issuer);
      const signedIn = await signIn(connection.issuer, client, { resource: mcp });
      const { access_token: token } = await redeem(connection.issuer, client, signedIn, { resource: mcp });
      const owned = stack.move();
      return { connection, token, [Symbol.asyncDispose]: () => owned.disposeAsync() };
    },
  });
});

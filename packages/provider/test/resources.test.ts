import { startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import type { ConnectOptions, ProviderConnection } from '../src/index.ts';
import { tokenVerifier as tokenVerifierV1 } from '../src/sdk-v1.ts';
import { tokenVerifier as tokenVerifierV2 } from '../src/sdk-v2.ts';
import { connect, resource, testProvider } from './test-provider.ts';

/** What a program without types may hand over. */
const untyped = (options: unknown): ConnectOptions => JSON.parse('{}', () => options);

describe('the resources of a connection', () => {
  it('are known to it', async () => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    expect(connection.resources).toEqual([resource]);
  });

  it.each([[['/mcp']], [['mcp.example.com/mcp']], [[]], ['http://localhost:3001/mcp'], [[`${resource}#x`]]])(
    'are absolute URLs, not %j',
    async (resources) => {
      const issuer = 'https://idp.example.com';
      const message = [
        `resources does not work: ${JSON.stringify(resources)}`,
        '  expected: a list of the absolute URLs under which clients reach what is protected: scheme, host and path, without a fragment',
        '  example:  resources: ["http://localhost:3001/mcp"]',
      ].join('\n');
      const provider = testProvider();
      await expect(provider.connect({ issuer }, untyped({ resources }))).rejects.toThrow(message);
      await expect(
        provider.connectFromEnvironment({ TEST_ISSUER: issuer }, untyped({ resources })),
      ).rejects.toThrow(message);
    },
  );

  it('are asked for where nothing names them', async () => {
    const options = { issuer: 'https://idp.example.com' };
    await expect(testProvider().connect(options, untyped({}))).rejects.toThrow('resources is not set.');
    await expect(testProvider().connect(options, untyped(undefined))).rejects.toThrow(
      'resources is not set.',
    );
  });
});

it.each([
  ['v1', tokenVerifierV1],
  ['v2', tokenVerifierV2],
])('the verifier for the MCP SDK %s says where an `await` was forgotten', (_, tokenVerifier) => {
  const promised: Promise<ProviderConnection> = Promise.reject(new Error('never connected'));
  promised.catch(() => undefined);
  // @ts-expect-error: an `await` is missing.
  expect(() => tokenVerifier(promised)).toThrow(/a Promise\n.*put await before them/);
});

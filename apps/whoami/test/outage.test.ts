import { type StandIn, type StandInOptions, startStandIn } from '@mcp-whoami/testkit';
import { outages, ownResource } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { clientOf } from './client-of.ts';
import { callWhoami, type LogLine, startWhoami } from './start-whoami.ts';

/** In milliseconds: within so long a call is answered, and served again once the IdP is back. */
const ANSWER_LIMIT_MS = 10_000;
const RECOVERY_LIMIT_MS = 15_000;

/** One configuration for each endpoint whose answer can decide. */
const configurations: Record<
  'jwks' | 'introspection' | 'userinfo',
  { idp: StandInOptions; environment: (idp: StandIn) => Record<string, string>; resource?: string }
> = {
  jwks: {
    // An EC key is made in no time, and many are made here.
    idp: { signingAlg: 'ES256' },
    environment: () => ({ OIDC_AUDIENCE: ownResource }),
    resource: ownResource,
  },
  introspection: {
    idp: { signingAlg: 'ES256', accessTokens: 'opaque', introspection: true },
    environment: (idp) => ({
      OIDC_AUDIENCE: ownResource,
      ...clientOf(idp),
    }),
    resource: ownResource,
  },
  userinfo: {
    idp: { signingAlg: 'ES256', accessTokens: 'opaque', resource: 'ignored' },
    environment: () => ({ OIDC_AUDIENCE: '*' }),
  },
};

const start = async ({ idp: options, environment, resource }: (typeof configurations)['jwks']) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn(options));
  const whoami = stack.use(
    await startWhoami({
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      OIDC_TOKEN_CACHE_SECONDS: '0',
      ...environment(idp),
    }),
  );
  const token = await idp.issueAccessToken(resource === undefined ? {} : { resource });
  const owned = stack.move();
  return { idp, whoami, token, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

/** The lines about the keys, and those about calls. */
const sorted = (log: readonly LogLine[]) => {
  const isRefresh = ({ fields }: LogLine) => fields.reason === 'keys_not_refreshed';
  return { refreshes: log.filter(isRefresh), refusals: log.filter((line) => !isRefresh(line)) };
};

// Mostly waiting for time-outs: side by side they take no longer than the longest.
describe.concurrent.for(['jwks', 'introspection', 'userinfo'] as const)('while %s fails', (endpoint) => {
  it.for(outages)('calls are answered with 503 and the server stays healthy: $name', async (outage, test) => {
    await using started = await start(configurations[endpoint]);
    const { idp, whoami, token } = started;
    await outage.begin(idp, endpoint);
    const asked = performance.now();
    const answers = await Promise.all(
      Array.from({ length: outage.calls }, () => callWhoami(whoami.mcp, token)),
    );
    expect(performance.now() - asked).toBeLessThan(ANSWER_LIMIT_MS);
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      expect(answer.headers.has('www-authenticate')).toBe(false);
      // Constant: nothing that the IdP said, nor where it is.
      expect(await answer.json()).toEqual({
        error: 'temporarily_unavailable',
        error_description: 'The identity provider cannot be asked at the moment',
        reason: 'idp_unavailable',
      });
    }
    const { refreshes, refusals } = sorted(whoami.log);
    expect(refusals.map(({ fields }) => fields.reason)).toEqual(answers.map(() => 'idp_unavailable'));
    expect(refreshes.length > 0).toBe(endpoint === 'jwks');
    expect(JSON.stringify(whoami.log)).not.toContain(token);
    // What the failing stand-in says in its answers.
    expect(JSON.stringify(whoami.log)).not.toMatch(/SECRET-STACK|We will be back|slow_down|OpenSSH/);
    expect(idp.requests.count('/elsewhere')).toBe(0);
    expect((await fetch(`${whoami.publicUrl}/health`)).status).toBe(200);

    await outage.end(idp);
    const status = async () => (await callWhoami(whoami.mcp, token)).status;
    // The test's own: only that one can poll beside other tests.
    await test.expect.poll(status, { timeout: RECOVERY_LIMIT_MS, interval: 250 }).toBe(200);
  });
});

describe.concurrent('while the name of a host does not resolve', () => {
  it.for(['jwks', 'introspection', 'userinfo'] as const)(
    'calls are answered with 503: %s',
    async (endpoint) => {
      const { idp, ...rest } = configurations[endpoint];
      const field = endpoint === 'jwks' ? 'jwks_uri' : `${endpoint}_endpoint`;
      await using started = await start({
        ...rest,
        idp: {
          ...idp,
          // RFC 6761 §6.4: it never does.
          transformMetadata: (document) => ({ ...document, [field]: `https://idp.invalid/${endpoint}` }),
        },
      });
      const { whoami, token } = started;
      const answer = await callWhoami(whoami.mcp, token);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([
        503,
        expect.stringMatching(/^[1-9]/),
      ]);
      expect(sorted(whoami.log).refusals.map(({ fields, message }) => [fields.reason, message])).toEqual([
        ['idp_unavailable', expect.stringContaining('idp.invalid')],
      ]);
    },
  );
});

describe.concurrent('while the metadata cannot be fetched', () => {
  it.for(outages)('the start ends with one message: $name', async ({ name, begin }) => {
    await using idp = await startStandIn({ signingAlg: 'ES256' });
    await begin(idp, 'metadata');
    const began = performance.now();
    await expect(startWhoami({ PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer })).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(
        new RegExp(`^OIDC_ISSUER does not work: ${idp.issuer}\n(.*\n)*.*${idp.discoveryUrl} `),
      ),
    });
    expect(performance.now() - began).toBeLessThan(ANSWER_LIMIT_MS);
    // No token travels, so a redirect within the host is followed; one to another is not.
    expect(idp.requests.count('/elsewhere') > 0).toBe(name === 'redirect');
  });
});

import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Account, ada, grace } from '../accounts.ts';
import { attackerKeysPath, hostileTokens } from '../hostile-tokens/hostile-tokens.ts';
import type { StandInOptions } from '../stand-in/options.ts';
import { type StandIn, startStandIn } from '../stand-in/start.ts';
import { testIsolation } from './isolation.ts';
import { testOutages } from './outages.ts';
import { type ConnectionUnderTest, type ProviderUnderTest, verdictOn } from './under-test.ts';

/** The URL of the server whose tokens are judged, and of another one. */
export const ownResource = 'http://localhost:3001/mcp';
export const otherResource = 'http://localhost:4001/mcp';

/** A provider with the IdP that it is for; what differs from one to another is said here. */
export type ProviderCase = {
  provider: ProviderUnderTest;
  /** How the IdP behaves. */
  idp: StandInOptions;
  environment: (idp: StandIn) => Record<string, string>;
  /** By which way its tokens are proved. */
  provedBy: 'jwt' | 'introspection' | 'userinfo';
  /** Audience is checked; false where `<P>_AUDIENCE=*` accepts tokens that name none. */
  checksAudience: boolean;
  /** The claims that whoami must show of ada. */
  profile: Record<string, unknown>;
  /** Userinfo is asked about tokens that are proved without it. */
  readsProfile?: boolean;
  /** The IdP is asked at each call, so a revoked token is refused at once. */
  noticesRevocation: boolean;
  /** A good token; `issueAccessToken` unless told. */
  issue?: (idp: StandIn, options: { user: Account; resource: string }) => Promise<string>;
  /** The subject of ada and grace at this IdP; their `sub` unless told. */
  subjectOf?: (user: Account) => string;
};

/** What every provider promises, against a real authorization server that behaves as its IdP does. */
export const testProvider = (name: string, providerCase: ProviderCase): void => {
  const { provider, provedBy, checksAudience, noticesRevocation } = providerCase;
  const subjectOf = providerCase.subjectOf ?? (({ sub }: Account) => sub);
  const issue =
    providerCase.issue ??
    ((idp: StandIn, options: { user: Account; resource: string }) => idp.issueAccessToken(options));

  const start = async (
    changes: StandInOptions = {},
    seenAs = (idp: StandIn) => idp,
    tokenCacheSeconds = '0',
  ) => {
    await using stack = new AsyncDisposableStack();
    const idp = stack.use(await startStandIn({ ...providerCase.idp, ...changes }));
    const connection: ConnectionUnderTest = stack.use(
      await provider.connectFromEnvironment(
        {
          [`${provider.environmentPrefix}_TOKEN_CACHE_SECONDS`]: tokenCacheSeconds,
          ...providerCase.environment(seenAs(idp)),
        },
        { resources: [ownResource] },
      ),
    );
    const owned = stack.move();
    return { idp, connection, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  };

  // Outages are mostly waiting: side by side they take no longer than the longest.
  describe.concurrent(name, () => {
    it('says who a token belongs to', async () => {
      await using started = await start();
      for (const user of [ada, grace]) {
        const token = await issue(started.idp, { user, resource: ownResource });
        const accepted = await started.connection.verifyAccessToken(token);
        expect(accepted).toMatchObject({ token, subject: subjectOf(user), provedBy });
        expect(accepted.issuer).toBe(started.connection.config.metadata.issuer);
        expect(accepted.expiresAt).toBeGreaterThan(Date.now() / 1000);
        expect(Object.keys(accepted.claims)[0]).toBe('sub');
        expect(accepted.claims.sub).toBe(subjectOf(user));
        if (user === ada) expect(accepted.claims).toMatchObject(providerCase.profile);
      }
    });

    if (checksAudience) {
      it('refuses a token whose audience is another server, and says which setting accepts it', async () => {
        await using started = await start(
          providerCase.idp.resource === 'ignored' ? { audience: otherResource } : {},
        );
        const verdict = await verdictOn(
          started.connection,
          await issue(started.idp, { user: ada, resource: otherResource }),
        );
        expect(verdict).toMatchObject({ code: 'audience_mismatch', status: 401 });
        expect(verdict.logMessage).toContain(ownResource);
        expect(verdict.logMessage).toContain(otherResource);
        expect(verdict.logMessage).toMatch(/[A-Z0-9]+_AUDIENCE/);
        expect(verdict.message).not.toContain(otherResource);
      });
    }

    it('refuses an unknown token, and the answer has nothing of it', async () => {
      await using started = await start();
      const verdict = await verdictOn(started.connection, 'a-token-of-nobody');
      expect(verdict.status).toBe(401);
      expect(verdict.message + verdict.logMessage).not.toContain('a-token-of-nobody');
    });

    it('accepts no hostile token, and asks no attacker for keys', async () => {
      await using started = await start();
      for (const { name: row, token, expectedCode } of await hostileTokens(started.idp, {
        resource: ownResource,
      })) {
        if (!checksAudience && expectedCode?.startsWith('audience')) continue;
        const verdict = await verdictOn(started.connection, token);
        expect(verdict.status, row).toBe(401);
        if (provedBy === 'jwt' && expectedCode !== undefined) expect(verdict.code, row).toBe(expectedCode);
      }
      expect(started.idp.requests.count(attackerKeysPath)).toBe(0);
    });

    testOutages({
      start,
      issueForAda: (idp) => issue(idp, { user: ada, resource: ownResource }),
      subjectOfAda: subjectOf(ada),
      provedBy,
      readsProfile: providerCase.readsProfile ?? false,
    });

    testIsolation({
      tokenCacheSeconds: ['60', '0'],
      start: async (tokenCacheSeconds) => {
        const started = await start({}, undefined, tokenCacheSeconds);
        return { ...started, token: await issue(started.idp, { user: ada, resource: ownResource }) };
      },
    });

    it(noticesRevocation ? 'refuses a revoked token' : 'accepts a token until it expires', async () => {
      await using started = await start();
      const token = await issue(started.idp, { user: ada, resource: ownResource });
      await started.connection.verifyAccessToken(token);
      await started.idp.revoke(token);
      if (noticesRevocation) expect((await verdictOn(started.connection, token)).status).toBe(401);
      else expect((await started.connection.verifyAccessToken(token)).subject).toBe(subjectOf(ada));
    });

    if (provedBy === 'jwt') {
      it('passes over keys that cannot be used, and judges by the others', async () => {
        const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
        const weak = { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' };
        await using started = await start({
          // Without `kid` every key is a candidate.
          accessTokenHeader: { ...providerCase.idp.accessTokenHeader, kid: undefined },
          transformJwks: ({ keys }) => ({ keys: [null, weak, { ...weak, n: 'AQAB' }, ...keys] }),
        });
        const token = await issue(started.idp, { user: ada, resource: ownResource });
        expect((await started.connection.verifyAccessToken(token)).subject).toBe(subjectOf(ada));
      });

      it('accepts a token signed by a key that came after the start', async () => {
        await using started = await start();
        const { idp, connection } = started;
        const subjectOfNewToken = async () =>
          (await connection.verifyAccessToken(await issue(idp, { user: ada, resource: ownResource })))
            .subject;
        // Now the keys are kept, without the one to come.
        expect(await subjectOfNewToken()).toBe(subjectOf(ada));
        await idp.rotateKeys();
        expect(await subjectOfNewToken()).toBe(subjectOf(ada));
      });
    }

    if (providerCase.idp.metadata !== 'none') {
      it('hands on the metadata as the IdP sent it', async () => {
        await using started = await start({
          transformMetadata: (document) => ({
            ...document,
            x_unknown: { kept: [1, null] },
            op_tos_uri: null,
          }),
        });
        const sent: unknown = await (await fetch(started.idp.discoveryUrl ?? '')).json();
        expect(started.connection.about.metadata).toEqual(sent);
      });

      it('does not start with the metadata of another issuer', async () => {
        await expect(
          start({ transformMetadata: (document) => ({ ...document, issuer: `${document.issuer}/other` }) }),
        ).rejects.toMatchObject({
          code: 'configuration_invalid',
          message: expect.stringContaining('/other'),
        });
      });

      it('does not start without metadata', async () => {
        await expect(start({ metadata: 'none' })).rejects.toMatchObject({ code: 'configuration_invalid' });
      });
    }
  });
};

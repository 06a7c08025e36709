import { expect, it } from 'vitest';
import type { AcceptedToken, ConnectionUnderTest } from './under-test.ts';

export type IsolationCase = {
  /** How long verdicts are held in each run, in seconds. */
  tokenCacheSeconds: readonly string[];
  /** A connection, and a good token of its IdP. */
  start: (
    tokenCacheSeconds: string,
  ) => Promise<AsyncDisposable & { connection: ConnectionUnderTest; token: string }>;
};

/** What a tool may do to what it is given, on purpose or not. What is frozen throws, which is as good. */
const spoil = (accepted: AcceptedToken & { resource?: URL }) => {
  const attempts = [
    () => accepted.scopes.push('admin'),
    () => accepted.audience.splice(0),
    () =>
      Object.assign(accepted, { subject: 'mallory', clientId: 'mallory', provedBy: 'mallory', expiresAt: 0 }),
    () => Object.assign(accepted, { isAdmin: true }),
    () => accepted.resource?.searchParams.set('spoilt', 'yes'),
    () => Object.assign(accepted.claims, { sub: 'mallory', isAdmin: true }),
    ...objectsIn(accepted.claims).map((value) => () => Object.assign(value, { spoilt: true, 0: 'spoilt' })),
    ...objectsIn(accepted.claims).map((value) => () => Array.isArray(value) && value.push('spoilt')),
  ];
  for (const attempt of attempts) {
    try {
      attempt();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
};

const objectsIn = (value: unknown): object[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(objectsIn)] : [];

/** What one call does with what it is given is never seen by another call with the same token. */
export const testIsolation = ({ tokenCacheSeconds, start }: IsolationCase): void => {
  it.for(tokenCacheSeconds)(
    'gives each call what no other call has changed, verdicts held for %s s',
    async (lifetime, test) => {
      await using started = await start(lifetime);
      const { connection, token } = started;
      const judge = () => connection.verifyAccessToken(token);
      const together = await Promise.all([judge(), judge()]);
      const untouched = structuredClone({ ...together[1], resource: undefined });
      const resource = 'resource' in together[1] ? String(together[1].resource) : undefined;

      spoil(together[0]);
      for (const accepted of [together[1], await judge()]) {
        test
          .expect({ ...accepted, resource: undefined })
          .toEqual({ ...untouched, expiresAt: expect.any(Number) });
        test.expect('resource' in accepted ? String(accepted.resource) : undefined).toBe(resource);
        test.expect(accepted.expiresAt).toBeGreaterThanOrEqual(untouched.expiresAt);
        spoil(accepted);
      }
      const [again, last] = [await judge(), await judge()];
      test.expect({ ...again, resource: undefined }).toEqual({ ...untouched, expiresAt: expect.any(Number) });
      test.expect(again).not.toBe(last);
      test.expect(again.scopes).not.toBe(last.scopes);
      test.expect(again.audience).not.toBe(last.audience);
    },
  );
};

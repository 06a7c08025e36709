import { expect, it } from 'vitest';
import type { Account } from '../accounts.ts';
import type { Endpoint } from '../stand-in/endpoints.ts';
import type { FaultMode } from '../stand-in/faults.ts';
import type { StandInOptions } from '../stand-in/options.ts';
import type { StandIn } from '../stand-in/start.ts';
import { type ConnectionUnderTest, verdictOn } from './under-test.ts';

/** A way in which an IdP fails: none of them says anything of a token. */
export type Outage = {
  name: string;
  begin: (idp: StandIn, endpoint: Endpoint) => void | Promise<void>;
  end: (idp: StandIn) => void | Promise<void>;
  /** So many concurrent calls meet it; more than the circuit breaker waits for take the breaker into the test. */
  calls: number;
};

const byFault = (fault: FaultMode, calls = 2): Outage => ({
  name: fault,
  begin: (idp, endpoint) => idp.fail(endpoint, fault),
  end: (idp) => idp.recover(),
  calls,
});

/** Calls after which a circuit breaker has long been open. */
const enoughToOpen = 8;

export const outages: readonly Outage[] = [
  {
    name: 'nothing listens',
    begin: (idp) => idp.stopListening(),
    end: (idp) => idp.listenAgain(),
    calls: enoughToOpen,
  },
  byFault('hang', enoughToOpen),
  byFault('slow-drip'),
  byFault('refuse'),
  byFault('reset-mid-body'),
  byFault('huge'),
  byFault('gzip-bomb'),
  byFault('no-gzip'),
  byFault('no-http'),
  byFault('status-429'),
  byFault('status-500'),
  byFault('status-502-html'),
  byFault('status-503'),
  byFault('html-200'),
  byFault('empty-200'),
  byFault('empty-204'),
  byFault('truncated-json'),
  byFault('json-array'),
  byFault('json-null'),
  byFault('json-number'),
  byFault('redirect'),
  byFault('redirect-loop'),
  byFault('redirect-to-other-host'),
];

/** Within so many milliseconds a call is answered, and served again once the IdP is back. */
const answerLimit = 10_000;
const recoveryLimit = 15_000;

/** Its key is made in no time, and many are made side by side. */
const quickly: StandInOptions = { signingAlg: 'ES256' };

type Started = AsyncDisposable & { idp: StandIn; connection: ConnectionUnderTest };

export type OutageCase = {
  start: (changes?: StandInOptions, seenAs?: (idp: StandIn) => StandIn) => Promise<Started>;
  issueForAda: (idp: StandIn) => Promise<string>;
  subjectOfAda: Account['sub'];
  provedBy: 'jwt' | 'introspection' | 'userinfo';
  /** Userinfo is asked about tokens that are proved without it. */
  readsProfile: boolean;
};

const endpoints = { jwt: 'jwks', introspection: 'introspection', userinfo: 'userinfo' } as const;

/** While the IdP fails a token is undecided, and soon after it is back accepted. Waits side by side: run concurrently. */
export const testOutages = ({
  start,
  issueForAda,
  subjectOfAda,
  provedBy,
  readsProfile,
}: OutageCase): void => {
  const endpoint = endpoints[provedBy];

  const expectUndecided = async (connection: ConnectionUnderTest, token: string) => {
    const asked = performance.now();
    const verdict = await verdictOn(connection, token);
    expect(verdict).toMatchObject({ code: 'idp_unavailable', status: 503 });
    expect(verdict.headers['Retry-After']).toMatch(/^[1-9]\d*$/);
    expect(performance.now() - asked).toBeLessThan(answerLimit);
    expect(verdict.message + verdict.logMessage).not.toContain(token);
  };

  it.for(outages)(
    'never calls a token bad while the IdP fails: $name',
    async ({ begin, end, calls }, test) => {
      await using started = await start(quickly);
      const { idp, connection } = started;
      const token = await issueForAda(idp);
      await begin(idp, endpoint);
      await Promise.all(Array.from({ length: calls }, () => expectUndecided(connection, token)));
      expect(idp.requests.count('/elsewhere')).toBe(0);
      await end(idp);
      const subject = () =>
        connection.verifyAccessToken(token).then(
          (accepted) => accepted.subject,
          (error: unknown) => String(error),
        );
      // The test's own: only that one can poll beside other tests.
      await test.expect.poll(subject, { timeout: recoveryLimit, interval: 250 }).toBe(subjectOfAda);
    },
  );

  it('never calls a token bad while the name of the IdP’s host does not resolve', async () => {
    const unresolvable = (url: string) => Object.assign(new URL(url), { hostname: 'idp.invalid' }).href;
    await using started = await start(
      {
        ...quickly,
        transformMetadata: (document) => {
          const at = {
            jwt: 'jwks_uri',
            introspection: 'introspection_endpoint',
            userinfo: 'userinfo_endpoint',
          };
          return { ...document, [at[provedBy]]: unresolvable(String(document[at[provedBy]])) };
        },
      },
      (idp) => ({
        ...idp,
        introspectionUrl: unresolvable(idp.introspectionUrl),
        userinfoUrl: unresolvable(idp.userinfoUrl),
      }),
    );
    await expectUndecided(started.connection, await issueForAda(started.idp));
  });

  if (!readsProfile) return;
  it.each(outages.filter(({ name }) => name !== 'nothing listens'))(
    'accepts a proved token while userinfo fails: $name',
    async ({ begin }) => {
      await using started = await start(quickly);
      const token = await issueForAda(started.idp);
      await begin(started.idp, 'userinfo');
      const asked = performance.now();
      expect((await started.connection.verifyAccessToken(token)).subject).toBe(subjectOfAda);
      expect(performance.now() - asked).toBeLessThan(answerLimit);
      expect(started.idp.requests.count('userinfo')).toBe(1);
      expect(started.idp.requests.count('/elsewhere')).toBe(0);
    },
  );
};

import { createUpstreamClient, isUpstreamError, type UpstreamError } from '@mcp-whoami/bridge/upstream';
import {
  adaAtGithub,
  type GithubLike,
  type GithubLikeOptions,
  githubRateLimit,
  githubSecondaryRateLimit,
  graceAtGithub,
  signIn,
  startGithubLike,
} from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { github } from '../src/index.ts';
import { githubUpstream } from '../src/upstream.ts';

const redirectUri = 'http://localhost:3001/oauth/callback';
const state = 'a-state-that-is-made-elsewhere-0123456789';

const start = (options: GithubLikeOptions = {}) =>
  startGithubLike({ redirectUri, signInAs: adaAtGithub, ...options });

const clientOf = ({ origin, client }: GithubLike, allowedGroups?: string[], clientSecret = client.secret) =>
  createUpstreamClient(
    githubUpstream({ url: origin, clientId: client.id, clientSecret }, { allowedGroups }),
    { nameOf: (field) => `GITHUB_${field}` },
  );

const signInAt = async (idp: GithubLike, allowedGroups?: string[]) => {
  const client = clientOf(idp, allowedGroups);
  const { url, secrets } = await client.begin({ state, redirectUri });
  const { searchParams } = await signIn(url, { username: 'ada' });
  return { client, signedIn: await client.finish(searchParams, { state, redirectUri, secrets }) };
};

const failureOf = async (attempt: Promise<unknown>): Promise<UpstreamError> => {
  const error = await attempt.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (!isUpstreamError(error)) throw error;
  return error;
};

describe('signing in at GitHub', () => {
  it('takes who it is from the API: the id, the name, the addresses that are verified', async () => {
    await using idp = await start();
    const { signedIn } = await signInAt(idp);
    expect(signedIn).toMatchObject({
      subject: 'github:1005',
      identity: {
        claims: {
          name: 'Ada Lovelace',
          preferred_username: 'ada',
          email: 'ada@example.com',
          email_verified: true,
        },
        verifiedEmails: ['ada@example.com'],
        groups: [],
      },
    });
  });

  it('asks for memberships only where groups are named', async () => {
    await using idp = await start();
    const scopeOf = async (groups?: string[]) => {
      const { url } = await clientOf(idp, groups).begin({ state, redirectUri });
      return new URL(url).searchParams.get('scope');
    };
    expect(await scopeOf()).toBe('read:user user:email');
    expect(await scopeOf(['org:acme'])).toBe('read:user user:email read:org');
    await signInAt(idp);
    expect(idp.requests.count('orgs') + idp.requests.count('teams')).toBe(0);
  });

  it('knows organizations and teams, on whichever page they are', async () => {
    const orgs = Array.from({ length: 231 }, (_, index) => `org-${index}`);
    await using idp = await start();
    idp.change(adaAtGithub, { orgs: [...orgs, 'acme'] });
    const { signedIn } = await signInAt(idp, ['org:acme', 'acme/engines']);
    expect(signedIn.identity.groups).toHaveLength(233);
    expect(signedIn.identity.groups).toEqual(
      expect.arrayContaining(['org:org-230', 'org:acme', 'acme/engines']),
    );
  });

  it('does not know an organization that only invites, nor one that has not let the app in', async () => {
    await using idp = await start();
    idp.change(adaAtGithub, {
      orgs: ['closed'],
      unapprovedOrgs: ['closed'],
      pendingOrgs: ['acme'],
      teams: [],
    });
    const { signedIn } = await signInAt(idp, ['org:acme', 'org:closed', 'acme/engines']);
    expect(signedIn.identity.groups).toEqual([]);
    expect(signedIn.identity.groupsMissing).toContain('let this server’s app in');
  });

  it('signs in by a GitHub App that may read neither addresses nor members', async () => {
    await using idp = await start({ app: 'github-app', permissions: [] });
    const { signedIn } = await signInAt(idp, ['org:acme', 'acme/engines']);
    expect(signedIn).toMatchObject({ subject: 'github:1005', identity: { verifiedEmails: [], groups: [] } });
  });

  it('says that the person cancelled', async () => {
    await using idp = await start();
    const client = clientOf(idp);
    const { secrets } = await client.begin({ state, redirectUri });
    const callback = new URLSearchParams({ error: 'access_denied', state });
    const failure = await failureOf(client.finish(callback, { state, redirectUri, secrets }));
    expect(failure).toMatchObject({
      code: 'upstream_denied',
      message: 'The sign-in at GitHub was cancelled',
    });
  });

  it('takes a wrong secret for this server’s fault, though GitHub answers 200', async () => {
    await using idp = await start();
    const client = clientOf(idp, undefined, 'a-wrong-secret');
    const { url, secrets } = await client.begin({ state, redirectUri });
    const { searchParams } = await signIn(url, { username: 'ada' });
    const failure = await failureOf(client.finish(searchParams, { state, redirectUri, secrets }));
    expect(failure).toMatchObject({
      code: 'upstream_misconfigured',
      logMessage: expect.stringContaining('GITHUB_clientSecret'),
    });
    expect(failure.logMessage).not.toContain('a-wrong-secret');
  });

  it('has one use for a code', async () => {
    await using idp = await start();
    const client = clientOf(idp);
    const { url, secrets } = await client.begin({ state, redirectUri });
    const { searchParams } = await signIn(url, { username: 'ada' });
    const flow = { state, redirectUri, secrets };
    await client.finish(searchParams, flow);
    expect(await failureOf(client.finish(searchParams, flow))).toMatchObject({ code: 'upstream_refused' });
  });

  it('reads a form-encoded answer', async () => {
    await using idp = await start();
    const client = clientOf(idp);
    const { url, secrets } = await client.begin({ state, redirectUri });
    const { searchParams } = await signIn(url, { username: 'ada' });
    idp.fail('token', {
      status: 200,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: 'error=bad_verification_code&error_description=The+code+passed+is+incorrect+or+expired.',
    });
    const flow = { state, redirectUri, secrets };
    expect(await failureOf(client.finish(searchParams, flow))).toMatchObject({ code: 'upstream_refused' });
  });
});

describe('asking GitHub again', () => {
  it('sees that somebody has left', async () => {
    await using idp = await start();
    const { client, signedIn } = await signInAt(idp, ['org:acme']);
    expect(signedIn.identity.groups).toEqual(['org:acme']);
    idp.change(adaAtGithub, { orgs: [] });
    expect(await client.revalidate(signedIn.session)).toMatchObject({
      subject: 'github:1005',
      identity: { groups: [] },
    });
  });

  it('refuses whose access was revoked, and whose account is suspended', async () => {
    await using idp = await start();
    const { client, signedIn } = await signInAt(idp);
    idp.change(adaAtGithub, { disabled: true });
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({ code: 'upstream_refused' });
    idp.change(adaAtGithub, { disabled: false });
    idp.revoke(adaAtGithub);
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({ code: 'upstream_refused' });
  });

  it.each([
    ['rate limit', githubRateLimit(40), 40],
    ['secondary rate limit', githubSecondaryRateLimit(30), 30],
    ['secondary rate limit that is told in words alone', { ...githubSecondaryRateLimit(), headers: {} }, 5],
    ['outage', 'status-503', 5],
    ['page in between', 'html-200', 5],
    ['answer that breaks off', 'truncated-json', 5],
  ] as const)('knows nothing after a %s, of which there is no loss', async (_, fault, retryAfter) => {
    await using idp = await start();
    const { client, signedIn } = await signInAt(idp, ['org:acme']);
    for (const endpoint of ['user', 'emails', 'orgs'] as const) {
      idp.fail(endpoint, fault);
      const failure = await failureOf(client.revalidate(signedIn.session));
      expect(failure.code).toBe('upstream_unavailable');
      expect(Math.abs(failure.retryAfter - retryAfter)).toBeLessThanOrEqual(1);
      idp.recover();
    }
    expect(await client.revalidate(signedIn.session)).toMatchObject({ subject: 'github:1005' });
  });

  it('sends the token to no other origin, and does not go on for ever', async () => {
    await using idp = await start();
    const { client, signedIn } = await signInAt(idp, ['org:acme']);
    const linkTo = (next: string) => ({ status: 200, headers: { link: `<${next}>; rel="next"` }, body: [] });
    await using other = await start();
    idp.fail('orgs', linkTo(`${other.apiUrl}/user/orgs`));
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({
      code: 'upstream_unavailable',
    });
    expect(other.requests.count('orgs')).toBe(0);
    idp.fail('orgs', linkTo(`${idp.apiUrl}/user/orgs`));
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({
      code: 'upstream_unavailable',
    });
    expect(idp.requests.count('orgs')).toBeLessThan(110);
  });

  it('refuses a token that has become another person’s', async () => {
    await using idp = await start();
    const { client, signedIn } = await signInAt(idp);
    idp.fail('user', { status: 200, body: { id: graceAtGithub.id, login: 'ada' } });
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({ code: 'upstream_mismatch' });
  });
});

describe('asking GitHub again about a sign-in by a GitHub App', () => {
  const hours = 3_600_000;

  it('does not spend the refresh token while the access token is good', async () => {
    await using idp = await start({ app: 'github-app' });
    const { client, signedIn } = await signInAt(idp);
    await client.revalidate(signedIn.session);
    expect(idp.requests.count('token')).toBe(1);
  });

  it('refreshes when the access token has ended, and has the new session', async () => {
    await using idp = await start({ app: 'github-app' });
    const { client, signedIn } = await signInAt(idp);
    idp.advance(9 * hours);
    const again = await client.revalidate(signedIn.session);
    expect(again.subject).toBe('github:1005');
    idp.advance(9 * hours);
    expect(await client.revalidate(again.session)).toMatchObject({ subject: 'github:1005' });
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({ code: 'upstream_refused' });
  });

  it('has the new refresh token kept before the API is asked', async () => {
    await using idp = await start({ app: 'github-app' });
    const { client, signedIn } = await signInAt(idp);
    idp.advance(9 * hours);
    let kept = signedIn.session;
    const keep = async (session: string) => {
      kept = session;
      idp.fail('user', 'status-503');
    };
    expect(await failureOf(client.revalidate(signedIn.session, keep))).toMatchObject({
      code: 'upstream_unavailable',
    });
    idp.recover();
    expect(await client.revalidate(kept)).toMatchObject({ subject: 'github:1005' });
  });

  it('refuses whose access was revoked', async () => {
    await using idp = await start({ app: 'github-app' });
    const { client, signedIn } = await signInAt(idp);
    idp.revoke(adaAtGithub);
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({ code: 'upstream_refused' });
  });
});

describe('the variables of GitHub', () => {
  const required = { GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' };

  it('leave alone those of GitHub Actions', () => {
    const environment = { ...required, GITHUB_ACTIONS: 'true', GITHUB_TOKEN: 'x', GITHUB_REF_NAME: 'main' };
    expect(github.readEnvironment(environment)).toMatchObject({ success: true });
  });

  it('are refused when one is misspelled or missing', () => {
    expect(github.readEnvironment({ GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRT: 'x' })).toMatchObject({
      problems: [
        { setting: 'GITHUB_CLIENT_SECRT', expected: expect.stringContaining('GITHUB_CLIENT_SECRET') },
        { setting: 'GITHUB_CLIENT_SECRET' },
      ],
    });
  });

  it('say where a GitHub Enterprise Server is', () => {
    const read = (url: string) => github.readEnvironment({ ...required, GITHUB_URL: url });
    expect(read('https://github.example.com/')).toMatchObject({ success: true });
    expect(read('https://github.example.com/api/v3')).toMatchObject({
      problems: [{ setting: 'GITHUB_URL' }],
    });
  });

  it.each([
    ['org:acme', true],
    ['acme/engines', true],
    ['acme', false],
    ['org:', false],
    ['acme/', false],
    ['@acme/engines', false],
  ])('let %s be the name of a group: %s', (name, isOne) => {
    const { groupNames } = githubUpstream({ url: 'https://github.com', clientId: '', clientSecret: '' }, {});
    expect(groupNames?.pattern.test(name)).toBe(isOne);
  });
});

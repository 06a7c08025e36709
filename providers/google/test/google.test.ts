import { createUpstreamClient, isUpstreamError, type UpstreamError } from '@mcp-whoami/bridge/upstream';
import {
  adaAtGoogle,
  type GoogleLike,
  type GoogleLikeOptions,
  graceAtGoogle,
  signIn,
  startGoogleLike,
} from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { google } from '../src/index.ts';
import { googleUpstream } from '../src/upstream.ts';

const redirectUri = 'http://localhost:3001/oauth/callback';
const state = 'a-state-that-is-made-elsewhere-0123456789';

const start = (options: GoogleLikeOptions = {}) =>
  startGoogleLike({ redirectUri, signInAs: adaAtGoogle, ...options });

const clientOf = ({ issuer, client }: GoogleLike, clientSecret = client.secret) =>
  createUpstreamClient(
    googleUpstream({ issuer, clientId: client.id, clientSecret, clientAuth: 'client_secret_basic' }),
  );

const signInAt = async (idp: GoogleLike) => {
  const client = clientOf(idp);
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

describe('signing in at Google', () => {
  it('takes who it is from the ID token, and the Workspace for a group', async () => {
    await using idp = await start();
    const { signedIn } = await signInAt(idp);
    expect(signedIn).toMatchObject({
      subject: `google:${adaAtGoogle.sub}`,
      identity: {
        claims: { name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true },
        verifiedEmails: ['ada@example.com'],
        groups: ['example.com'],
      },
    });
    expect(idp.requests.count('userinfo')).toBe(0);
  });

  it('has no group for an account of one’s own, whatever its address', async () => {
    await using idp = await start({ signInAs: graceAtGoogle });
    const { signedIn } = await signInAt(idp);
    expect(signedIn.identity).toMatchObject({ verifiedEmails: ['grace@example.com'], groups: [] });
  });

  it('does not count an address that is not verified', async () => {
    await using idp = await start();
    idp.change(adaAtGoogle, { email_verified: false });
    const { signedIn } = await signInAt(idp);
    expect(signedIn.identity).toMatchObject({ claims: { email_verified: false }, verifiedEmails: [] });
  });

  it.each(['declared', 'undeclared', 'absent'] as const)(
    'takes `iss` in its answers that is %s',
    async (issuerInResponse) => {
      await using idp = await start({ issuerInResponse });
      expect((await signInAt(idp)).signedIn.subject).toBe(`google:${adaAtGoogle.sub}`);
    },
  );

  it('says that the person cancelled', async () => {
    await using idp = await start();
    const client = clientOf(idp);
    const { secrets } = await client.begin({ state, redirectUri });
    const callback = new URLSearchParams({ error: 'access_denied', state, iss: idp.issuer });
    const failure = await failureOf(client.finish(callback, { state, redirectUri, secrets }));
    expect(failure.code).toBe('upstream_denied');
  });

  it('takes a wrong secret for this server’s fault', async () => {
    await using idp = await start();
    const client = clientOf(idp, 'a-wrong-secret');
    const { url, secrets } = await client.begin({ state, redirectUri });
    const { searchParams } = await signIn(url, { username: 'ada' });
    const failure = await failureOf(client.finish(searchParams, { state, redirectUri, secrets }));
    expect(failure.code).toBe('upstream_misconfigured');
  });
});

describe('asking Google again', () => {
  it.each([true, false])(
    'knows the person where an ID token comes with a refresh: %s',
    async (idTokenAtRefresh) => {
      await using idp = await start({ idTokenAtRefresh });
      const { client, signedIn } = await signInAt(idp);
      const again = await client.revalidate(signedIn.session);
      expect(again).toMatchObject({
        subject: signedIn.subject,
        identity: { verifiedEmails: ['ada@example.com'], groups: ['example.com'] },
        provedBy: idTokenAtRefresh ? 'id_token' : 'api',
      });
      expect(await client.revalidate(again.session)).toMatchObject({ subject: signedIn.subject });
    },
  );

  it('has a refresh token for everybody who signs in a second time', async () => {
    await using idp = await start();
    await signInAt(idp);
    const { client, signedIn } = await signInAt(idp);
    expect(await client.revalidate(signedIn.session)).toMatchObject({ provedBy: 'id_token' });
  });

  it('sees that somebody has left the Workspace', async () => {
    await using idp = await start();
    const { client, signedIn } = await signInAt(idp);
    idp.change(adaAtGoogle, { hd: 'example.org' });
    expect((await client.revalidate(signedIn.session)).identity.groups).toEqual(['example.org']);
  });

  it('refuses whose access was revoked, whose account is gone, and whose refresh token has ended', async () => {
    await using idp = await start({ refreshTokenLifetime: 7 * 86_400 });
    const { client, signedIn } = await signInAt(idp);
    const refused = async () =>
      expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({
        code: 'upstream_refused',
      });
    idp.change(adaAtGoogle, { disabled: true });
    await refused();
    idp.change(adaAtGoogle, { disabled: false });
    await client.revalidate(signedIn.session);
    idp.advance(8 * 86_400_000);
    await refused();
    const second = await signInAt(idp);
    idp.revoke(adaAtGoogle);
    expect(await failureOf(second.client.revalidate(second.signedIn.session))).toMatchObject({
      code: 'upstream_refused',
    });
  });
});

describe('the variables of Google', () => {
  it('leave alone those of Google’s own tools', () => {
    const environment = {
      GOOGLE_CLIENT_ID: 'id',
      GOOGLE_CLIENT_SECRET: 'secret',
      GOOGLE_APPLICATION_CREDENTIALS: '/key.json',
      GOOGLE_CLOUD_PROJECT: 'project',
    };
    expect(google.readEnvironment(environment)).toMatchObject({ success: true });
    expect(google.readEnvironment({ ...environment, GOOGLE_ISUER: 'x' })).toMatchObject({ success: false });
  });
});

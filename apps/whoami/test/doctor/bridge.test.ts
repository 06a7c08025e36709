import { freePort, graceAtGoogle, signIn, startGithubLike, startGoogleLike } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { startWhoami } from '../start-whoami.ts';
import { diagnose } from './diagnose.ts';

const startGoogle = async (port: number) => {
  const google = await startGoogleLike({
    redirectUri: `http://localhost:${port}/oauth/callback`,
    signInAs: graceAtGoogle,
  });
  const environment = {
    PROVIDER: 'google',
    GOOGLE_ISSUER: google.issuer,
    GOOGLE_CLIENT_ID: google.client.id,
    GOOGLE_CLIENT_SECRET: google.client.secret,
    PORT: String(port),
  };
  return { environment, [Symbol.asyncDispose]: () => google[Symbol.asyncDispose]() };
};

describe('a bridge', () => {
  it('that is not up is looked at without it', async () => {
    await using google = await startGoogle(await freePort());
    const { errors, find } = await diagnose(google.environment);
    expect(errors).toEqual([]);
    expect(find('bridge.callback')?.title).toContain('/oauth/callback');
    expect(find('bridge.upstream')).toMatchObject({ severity: 'ok' });
    expect(find('metadata.found')).toMatchObject({ severity: 'skipped' });
  });

  it('that is up judges the token of a sign-in itself', async () => {
    await using google = await startGoogle(await freePort());
    await using whoami = await startWhoami(google.environment);
    let came = Promise.resolve();
    const show = (url: URL) => {
      came = signIn(url, { username: 'Continue' }).then(async (callback) => void (await fetch(callback)));
    };
    const { errors, find } = await diagnose(google.environment, { signIn: true }, { show });
    await came;
    expect(errors).toEqual([]);
    expect(find('metadata.found')?.title).toContain(whoami.publicUrl);
    expect(find('token.accepted')).toMatchObject({ severity: 'ok' });
    const stranger = await diagnose(
      google.environment,
      { token: true },
      { readToken: async () => 'e30.e30.e30' },
    );
    expect(stranger.errors).toEqual([expect.stringMatching(/^token\./)]);
  });

  it('whose identity provider is not there', async () => {
    const google = await startGoogle(await freePort());
    await google[Symbol.asyncDispose]();
    expect((await diagnose(google.environment)).errors).toEqual(['bridge.upstream']);
  });

  it.each([
    ['redis://:hunter2@localhost:1', 'bridge.store'],
    ['sqlite:/no/such/folder/store.db', 'bridge.store'],
  ])('whose store %s does not answer', async (url, id) => {
    await using google = await startGoogle(await freePort());
    const { errors, findings } = await diagnose({
      ...google.environment,
      STORE_URL: url,
      BRIDGE_SECRET: '0123456789abcdef0123456789abcdef',
    });
    expect(errors).toEqual([id]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });

  it('in production without a word on who may come, and with a short secret', async () => {
    await using github = await startGithubLike({ redirectUri: 'https://mcp.example.com/oauth/callback' });
    const { errors } = await diagnose({
      NODE_ENV: 'production',
      PUBLIC_URL: 'http://localhost:1',
      PROVIDER: 'github',
      GITHUB_URL: github.origin,
      GITHUB_CLIENT_ID: github.client.id,
      GITHUB_CLIENT_SECRET: github.client.secret,
    });
    expect(errors).toEqual(['configuration.ALLOWED_USERS', 'configuration.STORE_URL']);
    const short = await diagnose({ PROVIDER: 'github', PORT: '1', BRIDGE_SECRET: 'short' });
    expect(short.errors).toContain('configuration.BRIDGE_SECRET');
  });
});

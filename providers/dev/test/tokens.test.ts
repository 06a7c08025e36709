import { describe, expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import { authorize, redeem, redirectUri, refresh, registerClient, signIn, verify } from './client.ts';
import { mcp, sse, start } from './server.ts';

describe('tokens', () => {
  test('are bound to the resource asked for and say who the user is', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const signedIn = await signIn(server.issuer, client, { resource: sse }, { choice: 'dev-grace' });
    const tokens = await redeem(server.issuer, client, signedIn, { resource: sse });
    expect(await verify(server.issuer, tokens.access_token, sse)).toMatchObject({
      ...server.users[1],
      aud: sse,
      client_id: client.client_id,
      scope: 'openid profile email',
    });
    expect(signedIn.redirect.searchParams.get('iss')).toBe(server.issuer);
  });

  test('carry no more of the profile than the scopes permit', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const tokens = await redeem(
      server.issuer,
      client,
      await signIn(server.issuer, client, { scope: 'mcp:tools email' }),
    );
    const claims = await verify(server.issuer, tokens.access_token, mcp);
    expect(claims).toMatchObject({ sub: 'dev-ada', email: 'ada@example.com', scope: 'mcp:tools email' });
    expect(claims).not.toHaveProperty('name');
  });

  test('keep the resource of the authorization when the token request names none', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const tokens = await redeem(
      server.issuer,
      client,
      await signIn(server.issuer, client, { resource: sse }),
    );
    expect(await verify(server.issuer, tokens.access_token, sse)).toHaveProperty('aud', sse);
  });

  test('are for the first resource when no request names one', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const tokens = await redeem(server.issuer, client, await signIn(server.issuer, client));
    expect(await verify(server.issuer, tokens.access_token, mcp)).toHaveProperty('aud', mcp);
  });

  test('have the configured audience when scheme and host came in upper case', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const resource = 'HTTP://LOCALHOST:3001/mcp';
    const signedIn = await signIn(server.issuer, client, { resource });
    const tokens = await redeem(server.issuer, client, signedIn, { resource });
    expect(await verify(server.issuer, tokens.access_token, mcp)).toHaveProperty('aud', mcp);
  });

  test('are refused with invalid_target for an unknown resource', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const { url } = await authorize(server.issuer, {
      client_id: client.client_id,
      scope: 'openid',
      resource: 'http://localhost:3001/other',
    });
    expect(new URL(url).searchParams.get('error')).toBe('invalid_target');
  });

  test('are refused at the token endpoint for another resource than was authorized', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const signedIn = await signIn(server.issuer, client, { resource: mcp });
    await expect(redeem(server.issuer, client, signedIn, { resource: sse })).rejects.toHaveProperty(
      'error',
      'invalid_target',
    );
  });

  test('are refused without PKCE, of a client with a secret too', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer, { token_endpoint_auth_method: 'client_secret_post' });
    const url = new URL(`${server.issuer}/auth`);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      scope: 'openid',
    }).toString();
    const { url: back } = await openBrowser().open(url.href);
    expect(new URL(back).searchParams.get('error')).toBe('invalid_request');
  });

  test.each([
    ['offline_access with prompt=consent', { scope: 'openid offline_access', prompt: 'consent' }],
    ['no offline_access', { scope: 'openid' }],
  ])('refresh: %s', async (_name, parameters) => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const tokens = await redeem(
      server.issuer,
      client,
      await signIn(server.issuer, client, { ...parameters, resource: sse }),
    );
    const refreshed = await refresh(server.issuer, client, tokens.refresh_token ?? '');
    const again = await refresh(server.issuer, client, refreshed.refresh_token ?? '');
    expect(await verify(server.issuer, again.access_token, sse)).toMatchObject({ sub: 'dev-ada', aud: sse });
  });

  test('come of a code once, and end when it is used again', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const signedIn = await signIn(server.issuer, client);
    const tokens = await redeem(server.issuer, client, signedIn);
    await expect(redeem(server.issuer, client, signedIn)).rejects.toHaveProperty('error', 'invalid_grant');
    await expect(refresh(server.issuer, client, tokens.refresh_token ?? '')).rejects.toHaveProperty(
      'error',
      'invalid_grant',
    );
  });
});

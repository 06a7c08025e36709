import { expect, it } from 'vitest';
import { connectSdkV1, connectSdkV2 } from '../src/clients/index.ts';
import { grace, nativeClient, signInForToken, startStandIn } from '../src/index.ts';
import { startProtectedServer } from './protected-mcp-server.ts';

const connects = { 'SDK v1': connectSdkV1, 'SDK v2': connectSdkV2 };

for (const [name, connect] of Object.entries(connects)) {
  it(`signs in with ${name}, registering a client`, async () => {
    await using idp = await startStandIn({ issuerPath: '/oidc' });
    await using server = await startProtectedServer(idp);
    await using connected = await connect(server.mcp, { user: grace });
    expect(await connected.callWhoami()).toMatchObject({ sub: 'grace', aud: server.mcp });
    expect(await connected.listTools()).toEqual(['whoami', 'admin']);
    expect(connected.registeredClient()?.client_id).toBeTypeOf('string');
    expect(connected.authorizations).toHaveLength(1);
  });

  it(`signs in with ${name} over HTTP+SSE, with a client that is registered already`, async () => {
    await using idp = await startStandIn({ registration: 'off' });
    await using server = await startProtectedServer(idp);
    const { client_id } = nativeClient;
    await using connected = await connect(server.sse, {
      transport: 'sse',
      clientInformation: { client_id, issuer: idp.issuer },
    });
    expect(await connected.callWhoami()).toMatchObject({ sub: 'ada', client_id });
  });

  it(`steps up with ${name} to a scope it did not register with`, async () => {
    await using idp = await startStandIn({ scopes: ['mcp:admin'] });
    await using server = await startProtectedServer(idp);
    await using connected = await connect(server.mcp);
    expect(connected.tokens()?.scope).not.toContain('mcp:admin');
    await connected.callTool('admin');
    expect(connected.tokens()?.scope).toContain('mcp:admin');
    expect(connected.authorizations).toHaveLength(2);
  });

  it(`refreshes with ${name} instead of asking again, where it may`, async () => {
    await using idp = await startStandIn({ refreshTokens: 'always' });
    await using server = await startProtectedServer(idp);
    const clientInformation = { client_id: nativeClient.client_id, issuer: idp.issuer };
    const { refreshToken: refresh_token = '' } = await signInForToken(idp, {
      clientId: nativeClient.client_id,
      resource: server.mcp,
    });
    const tokens = { access_token: 'of yesterday', token_type: 'Bearer', refresh_token, issuer: idp.issuer };
    await using connected = await connect(server.mcp, { clientInformation, tokens });
    expect(await connected.callWhoami()).toMatchObject({ sub: 'ada' });
    expect(connected.authorizations).toHaveLength(0);
  });
}

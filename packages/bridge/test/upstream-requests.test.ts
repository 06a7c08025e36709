import { ada, adaAtEntra, adaAtGithub, adaAtGoogle, type LoggedRequest } from '@mcp-whoami/testkit';
import { expect, it } from 'vitest';
import { registerClient, tokensOf } from './client.ts';
import { minutes, pass } from './clock.ts';
import { startWithGithub } from './github.ts';
import { startWithEntra, startWithGoogle, startWithIdp } from './upstreams.ts';

const starts = {
  GitHub: async () => {
    const { github, ...bridge } = await startWithGithub({}, { signInAs: adaAtGithub });
    return { ...bridge, requests: github.requests };
  },
  'a GitHub App': async () => {
    const { github, ...bridge } = await startWithGithub({}, { signInAs: adaAtGithub, app: 'github-app' });
    return { ...bridge, requests: github.requests };
  },
  Google: async () => {
    const { google, ...bridge } = await startWithGoogle();
    google.signInAs(adaAtGoogle);
    return { ...bridge, requests: google.requests };
  },
  'Entra ID': async () => {
    const { entra, ...bridge } = await startWithEntra();
    entra.signInAs(adaAtEntra);
    return { ...bridge, requests: entra.requests };
  },
  'an OpenID provider': async () => {
    const { idp, ...bridge } = await startWithIdp();
    return { ...bridge, requests: idp.requests };
  },
};

const parametersOf = ({ query, form }: LoggedRequest) => Object.keys({ ...query, ...form });

it.each(Object.entries(starts))(
  'nothing that is this server’s own is in any request to %s: no `resource`, and none of its tokens and clients',
  async (_name, start) => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const tokens = await client.signIn(ada.sub, { resource: bridge.resource });
    pass(minutes(16));
    const next = await tokensOf(await client.refresh(tokens.refresh_token));
    await bridge.connection.verifyAccessToken(next.access_token, { resource: bridge.resource });

    expect(bridge.requests.length).toBeGreaterThan(3);
    const own = [client.client.client_id, tokens.access_token, tokens.refresh_token, next.refresh_token];
    for (const request of bridge.requests) {
      expect(parametersOf(request)).not.toContain('resource');
      const text = JSON.stringify(request);
      for (const value of own) expect(text).not.toContain(value);
    }
  },
);

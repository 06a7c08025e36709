import { freePort, startStandIn } from '@mcp-whoami/testkit';
import { describeChromium } from '@mcp-whoami/testkit/chromium';
import { expect, it } from 'vitest';
import { proxyKinds, startBehindProxy, startProxy } from '../start-behind-proxy.ts';
import { startWhoami } from '../start-whoami.ts';
import { kept } from './kept.ts';
import { pressSignIn, states, step, visit } from './visit.ts';

describeChromium('the page under a path of its host', (openPage) => {
  it.each(proxyKinds)('walks every step to an identity card behind a proxy that %s', async (kind) => {
    await using whoami = await startBehindProxy(kind);
    // As people type it: without the slash at the end, from which links to its side would lead elsewhere.
    await using visited = await visit(openPage, whoami.publicUrl);
    const { page, origins } = visited;
    const failed: string[] = [];
    page.on('response', (response) => {
      if (response.status() >= 400 && response.status() !== 401) failed.push(response.url());
    });
    await page.reload();
    await pressSignIn(page);
    await page.getByRole('button', { name: 'Continue as Ada Lovelace' }).click();
    await page.getByRole('region', { name: 'Ada Lovelace' }).waitFor();

    expect(await states(page)).toEqual(Array(7).fill('done'));
    expect(page.url()).toBe(`${whoami.publicUrl}/`);
    expect(await step(page, 'authorization').textContent()).toContain(`redirect_uri = ${whoami.publicUrl}/`);
    expect(failed).toEqual([]);
    expect(await kept(page)).toEqual({ cookies: '', local: [], session: [] });
    expect(origins).toContain(new URL(whoami.publicUrl).origin);
  });

  it('keeps what it keeps under its own name, as the host is shared', async () => {
    await using whoami = await startBehindProxy('takes the path off');
    await using visited = await visit(openPage, whoami.publicUrl);
    const { page } = visited;
    await pressSignIn(page);
    await page.getByRole('button', { name: 'Continue as Ada Lovelace' }).waitFor();
    await page.goto(`${new URL(whoami.publicUrl).origin}/other`);
    const { cookies, local, session } = await kept(page);
    expect([cookies, local, session.map(([key]) => key)]).toEqual([
      '',
      [],
      [`whoami.walk ${whoami.publicUrl}`],
    ]);
  });

  it('finds the server’s copy of metadata that no page may read', async () => {
    await using idp = await startStandIn({ jwtsHonoured: true });
    await using whoami = await startBehindProxy('takes the path off', {
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
    });
    idp.fail('metadata', { status: 200, body: {} });
    await using visited = await visit(openPage, whoami.publicUrl);
    const { page } = visited;
    await pressSignIn(page);
    await page.locator('li[data-step="metadata"][data-state="warning"]').waitFor();
    const text = await step(page, 'metadata').textContent();
    expect(text).toContain(`GET ${whoami.publicUrl}/.well-known/oauth-authorization-server`);
  });

  it('looks by itself whether the server is ready, where it is', async () => {
    await using idp = await startStandIn();
    idp.fail('metadata', 'refuse');
    const port = await freePort();
    await using proxy = await startProxy('takes the path off', port);
    const starting = startWhoami({
      PORT: String(port),
      PUBLIC_URL: proxy.publicUrl,
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      DISCOVERY_RETRY: 'true',
    });
    const isThere = () =>
      fetch(proxy.publicUrl).then(
        () => true,
        () => false,
      );
    await expect.poll(isThere).toBe(true);
    await using visited = await visit(openPage, proxy.publicUrl);
    const state = visited.page.getByRole('status').first();
    expect(await state.textContent()).toBe('Waiting for the identity provider');
    idp.recover();
    await using _ = await starting;
    await visited.page.locator('#state[data-state="ready"]').waitFor();
  });
});

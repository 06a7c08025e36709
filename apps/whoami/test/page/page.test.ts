import { freePort, startStandIn } from '@mcp-whoami/testkit';
import { describeChromium } from '@mcp-whoami/testkit/chromium';
import { describe, expect, it } from 'vitest';
import { connectInstructions } from '../../src/connect-instructions.ts';
import { startWhoami } from '../start-whoami.ts';
import { accessibilityViolations } from './axe.ts';
import { visit } from './visit.ts';

describe('the answer at /', () => {
  it('permits the page this server and the IdP, and nothing else', async () => {
    await using idp = await startStandIn();
    await using whoami = await startWhoami({ PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer });
    const { headers } = await fetch(whoami.publicUrl);
    expect(headers.get('content-security-policy')?.split('; ').sort()).toEqual([
      "base-uri 'none'",
      `connect-src 'self' ${idp.origin}`,
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      `img-src 'self' data: ${idp.origin}`,
      "require-trusted-types-for 'script'",
      "script-src 'self'",
      "style-src 'self'",
    ]);
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('serves the files of the page and no others', async () => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    const script = await fetch(`${whoami.publicUrl}/page/main.js`);
    expect(script.headers.get('content-type')).toContain('text/javascript');
    for (const path of [
      '/page/',
      '/page/../page-routes.ts',
      '/page/%2e%2e/page-routes.ts',
      '/page/tsconfig.json',
    ]) {
      expect((await fetch(whoami.publicUrl + path)).status, path).toBe(404);
    }
  });

  it('names everything a client has to know', async () => {
    await using idp = await startStandIn();
    await using whoami = await startWhoami({ PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer });
    const html = await (await fetch(whoami.publicUrl)).text();
    for (const text of [idp.issuer, whoami.mcp, whoami.sse]) expect(html).toContain(text);
    for (const { client } of connectInstructions(whoami.mcp)) expect(html).toContain(`<h3>${client}</h3>`);
  });
});

describeChromium('the page', (openPage) => {
  it('copies what stands beside a button, exactly', async () => {
    await using whoami = await startWhoami();
    await using visited = await visit(openPage, whoami.publicUrl, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const { page } = visited;
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole('button', { name: 'Copy (Streamable HTTP)' }).click();
    await page.getByText('Copied', { exact: true }).first().waitFor();
    expect(await clipboard()).toBe(whoami.mcp);
    for (const { client, command, paste } of connectInstructions(whoami.mcp)) {
      const text = command ?? paste;
      if (text === undefined) continue;
      await page.getByRole('button', { name: `Copy (${client})` }).click();
      await expect.poll(clipboard).toBe(text);
      const shown = page
        .getByRole('listitem')
        .filter({ has: page.getByRole('heading', { name: client, exact: true }) });
      expect(await shown.locator('pre').textContent()).toBe(text);
    }
  });

  it('has install links that VS Code and Cursor understand', async () => {
    await using whoami = await startWhoami();
    await using visited = await visit(openPage, whoami.publicUrl);
    const href = (name: string) => visited.page.getByRole('link', { name }).getAttribute('href');
    const vscode = (await href('Install in VS Code')) ?? '';
    expect(vscode).toMatch(/^vscode:mcp\/install\?/);
    expect(JSON.parse(decodeURIComponent(vscode.split('?')[1] ?? ''))).toEqual({
      name: 'whoami',
      type: 'http',
      url: whoami.mcp,
    });
    const cursor = new URL((await href('Install in Cursor')) ?? '');
    expect(cursor.href).toMatch(/^cursor:\/\/anysphere\.cursor-deeplink\/mcp\/install\?/);
    expect(cursor.searchParams.get('name')).toBe('whoami');
    expect(JSON.parse(atob(cursor.searchParams.get('config') ?? ''))).toEqual({ url: whoami.mcp });
  });

  it.each([320, 360, 1280])('does not scroll sideways at %i pixels', async (width) => {
    await using whoami = await startWhoami();
    await using visited = await visit(openPage, whoami.publicUrl, { viewport: { width, height: 800 } });
    const { page } = visited;
    const widths = () => page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(await widths()).toEqual([width, width]);
    // What is too long for a narrow page scrolls in itself, by keyboard too.
    const snippets = page.locator('.snippet pre');
    const overflowing = await snippets.evaluateAll(
      (all) => all.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length,
    );
    if (width < 400) expect(overflowing).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Continue as Ada Lovelace' }).click();
    await page.getByRole('region', { name: 'Ada Lovelace' }).waitFor();
    for (const details of await page.locator('details').all()) {
      await details.evaluate((element) => element.setAttribute('open', ''));
    }
    await page.getByRole('button', { name: 'Copy the token for curl' }).click();
    expect(await widths()).toEqual([width, width]);
  });

  it('says that it waits for the IdP, and is ready by itself when that is there', async () => {
    await using idp = await startStandIn();
    const port = await freePort();
    const url = `http://localhost:${port}`;
    idp.fail('metadata', 'status-503');
    const starting = startWhoami({
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      PORT: String(port),
      DISCOVERY_RETRY: 'true',
    });
    const status = () =>
      fetch(url).then(
        (answer) => answer.status,
        () => 0,
      );
    await expect.poll(status).toBe(503);
    await using visited = await visit(openPage, url);
    const { page } = visited;
    await page.getByText('Waiting for the identity provider').waitFor();
    expect(await page.locator('#sign-in').isDisabled()).toBe(true);
    expect(await accessibilityViolations(page)).toEqual([]);
    idp.recover();
    await using _ = await starting;
    await page.locator('#state:text("Ready")').waitFor();
    expect(await page.locator('#sign-in').isDisabled()).toBe(false);
    expect(await page.locator('dt:text("Issuer") + dd code').textContent()).toBe(idp.issuer);
  });
});

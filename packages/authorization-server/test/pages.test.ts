import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { describeChromium } from '@mcp-whoami/testkit/chromium';
import { describe, expect, test } from 'vitest';
import { errorPage, page, pageHeaders } from '../src/pages/page.ts';
import {
  destination,
  displayName,
  identification,
  listed,
  strong,
  visible,
} from '../src/pages/strangers-texts.ts';

const bidi = '\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c';
const controls = '\u0000\u0007\u001b\u007f\u0085\u00ad\u200b\u2028\u2029\ufeff';

describe('a page', () => {
  test('may not be framed, has no script, and its style is the one that its policy names', () => {
    const policy = pageHeaders['Content-Security-Policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/form-action|unsafe/);
    expect(pageHeaders['X-Frame-Options']).toBe('DENY');
    expect(pageHeaders['Referrer-Policy']).toBe('same-origin');
    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(page('Title', '')) ?? [];
    expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
  });

  test('has the colours and buttons of the page at /, in light and in dark', async () => {
    const file = new URL('../../sign-in-page/src/browser/base.css', import.meta.url);
    const design = facts(await readFile(file, 'utf8'));
    const own = facts(page('Title', ''));
    expect(own).toContain('light --accent: #0b5f59;');
    expect(own).toContain('dark --accent: #74d7c7;');
    expect(own).toContain('button border-radius: 6px');
    expect(own).toContain('.primary font-weight: 600');
    expect(design).toEqual(expect.arrayContaining(own));
  });

  test('escapes what a stranger wrote, and does not show what turns text around', () => {
    const html = errorPage('<b>', `<script>${bidi}${controls}"'`);
    expect(html).toContain('<h1>&lt;b&gt;</h1>\n<p>&lt;script&gt;&quot;&#39;</p>');
    expect(html).toContain('<title>&lt;b&gt;</title>');
  });
});

/** What a style says of colours, in both schemes, and of buttons: one line for each. */
function facts(css: string): string[] {
  const dark = css.indexOf('prefers-color-scheme: dark');
  const colours = [...css.matchAll(/--[\w-]+: [^;]+;/g)].map(
    ({ 0: fact, index }) => `${index > dark ? 'dark' : 'light'} ${fact}`,
  );
  const rules = ['button', '.primary'].flatMap((selector) => {
    const [, body = ''] = new RegExp(`^${selector.replace('.', '[.]')} \\{([^}]*)\\}`, 'm').exec(css) ?? [];
    return [...body.matchAll(/(padding|border|border-radius|background|color|font-weight): [^;]+/g)].map(
      ([fact]) => `${selector} ${fact}`,
    );
  });
  return [...colours, ...rules];
}

describe('a text of a stranger', () => {
  test.each([...`${bidi}${controls}`])('has no %j', (character) => {
    expect(visible(`a${character}b`)).toBe('ab');
    expect(displayName(`a${character}b`)).toBe('ab');
    expect(strong(`a${character}b`)).toBe('<strong>ab</strong>');
  });

  test('is cut between characters', () => {
    expect(displayName('😀'.repeat(81))).toBe(`${'😀'.repeat(79)}…`);
    expect(displayName('😀'.repeat(80))).toBe('😀'.repeat(80));
    expect(visible('x'.repeat(10_000))).toHaveLength(300);
  });

  test.each(['', '   ', bidi])('is named otherwise where a client calls itself %j', (name) => {
    expect(displayName(name)).toBe('a program without a name');
  });

  test('is escaped in a list', () => {
    expect(listed(['<a>', 'b'])).toBe('<strong>&lt;a&gt;</strong>, <strong>b</strong>');
  });

  test.each([
    ['https://client.example.com/callback?a=b', '<strong>https://client.example.com</strong>'],
    ['https://localhost:1234/', '<strong>https://localhost:1234</strong>, a program on this computer'],
    ['http://127.0.0.1:1234/', '<strong>http://127.0.0.1:1234</strong>, a program on this computer'],
    [
      'cursor://anysphere.cursor-mcp/callback',
      '<strong>cursor://anysphere.cursor-mcp</strong>, the program on this computer that opens such links',
    ],
    [
      'com.example.app:/callback',
      '<strong>com.example.app:</strong>, the program on this computer that opens such links',
    ],
  ])('leads from %s to %s', (uri, html) => {
    expect(destination(uri)).toBe(html);
  });

  test('is a name that nobody has checked, or whose document has a host', () => {
    expect(identification(undefined)).toContain('nobody has checked it');
    expect(identification('https://client.example.com/client.json')).toBe(
      'It is described by a document at <strong>client.example.com</strong>.',
    );
  });
});

describeChromium('in a window of 320 pixels', (openPage) => {
  test.each(['light', 'dark'] as const)('nothing of a %s page scrolls sideways', async (colorScheme) => {
    const long = 'x'.repeat(300);
    const html = page(
      long,
      `<h1>${long}</h1><p>${strong(long)}</p><p class="advice">${strong(`https://${long}.example.com`)}</p>
<ul><li>${long}</li></ul><dl><dt>${long}</dt><dd>${long}</dd></dl>
<form method="post"><button class="primary">${long}</button><button>Cancel</button></form>`,
    );
    await using server = await serveOnLoopback(
      createServer((_request, response) => response.writeHead(200, pageHeaders).end(html)),
    );
    await using view = await openPage({ viewport: { width: 320, height: 640 }, colorScheme });
    await view.goto(`http://127.0.0.1:${server.port}/`);
    expect(await view.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    const paper = await view.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(paper).toBe(colorScheme === 'light' ? 'rgb(246, 244, 238)' : 'rgb(16, 19, 21)');
  });
});

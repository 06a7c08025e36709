import { describe, expect, test } from 'vitest';
import { isAcceptableRedirect, isLoopbackRedirect, isPublicHttpsRedirect } from '../src/redirect-uris.ts';

const isAcceptable = (uri: string) => isAcceptableRedirect(uri, isPublicHttpsRedirect);

/** Every way in which a page's link may spell `javascript:` and mean it, and some that only look so. */
const scripts = [
  'javascript:alert(1)',
  'JAVASCRIPT:alert(1)',
  'JaVaScRiPt:alert(1)',
  'javascript://example.com/%0aalert(1)',
  'javascript://localhost/%0aalert(1)',
  'javascript:/callback',
  'javascript\t:alert(1)',
  'java\nscript:alert(1)',
  'java\rscript:alert(1)',
  'j\ta\tv\ta\tscript:alert(1)',
  ' javascript:alert(1)',
  '\u00a0javascript:alert(1)',
  '\ufeffjavascript:alert(1)',
  '\u0000javascript:alert(1)',
  '\u001fjavascript:alert(1)',
  'javascript :alert(1)',
  'javascript%3Aalert(1)',
  '%6aavascript:alert(1)',
  'javascript&colon;alert(1)',
  'java&Tab;script:alert(1)',
  'jav\u0430script:alert(1)',
  'javascript\uff1aalert(1)',
  'feed:javascript:alert(1)',
  'view-source:javascript:alert(1)',
  'jar:javascript:alert(1)!/',
];

describe('a redirect URI', () => {
  test.each([
    'http://127.0.0.1/',
    'http://localhost:33418/callback?client=1',
    'http://[::1]:6274/oauth/callback',
    'https://localhost:8443/callback',
    'https://vscode.dev/redirect',
    'https://claude.ai/api/mcp/auth_callback',
    'https://example.com:8443/callback?to=https://example.com/..',
    'https://example.com/a..b/...c/.well-known/callback',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'vscode://saoudrizwan.claude-dev/mcp',
    'VSCode-Insiders://publisher.extension/mcp',
    'com.example.app:/callback',
    'com.example.app://callback',
  ])('may be %s', (uri) => {
    expect(isAcceptable(uri)).toBe(true);
  });

  test.each([
    ['data', 'data:text/html,<script>alert(1)</script>'],
    ['a blob', 'blob:http://localhost/uuid'],
    ['a file', 'file:///etc/passwd'],
    ['another file', 'file://localhost/etc/passwd'],
    ['Visual Basic', 'vbscript:msgbox(1)'],
    ['about', 'about:blank'],
    ['the source of a page', 'view-source:http://localhost/'],
    ['a handler of Windows', 'ms-settings:privacy'],
    ['another handler of Windows', 'search-ms:query=x&crumb=location:\\\\evil.example\\share'],
    ['a handler of macOS', 'x-apple.systempreferences:com.apple.preference.security'],
    ['mail', 'mailto:someone@evil.example'],
    ['a scheme without a dot', 'myapp://callback'],
    ['a scheme that ends with its dot', 'myapp.://callback'],
    ['plain http to another machine', 'http://evil.example/callback'],
    ['a name that begins like loopback', 'http://localhost.evil.example/'],
    ['an address in a name', 'http://127.0.0.1.evil.example/'],
    ['loopback as a user name', 'http://localhost@evil.example/'],
    ['a user name at loopback', 'http://evil.example@localhost/'],
    ['a back slash', 'http://evil.example\\@localhost/'],
    ['any other address', 'http://0.0.0.0/callback'],
    ['an empty user name', 'https://@example.com/callback'],
    ['https to a name of this machine', 'https://example.localhost/callback'],
    ['https to a name of the network', 'https://printer.local/callback'],
    ['https to a name without a dot', 'https://intranet/callback'],
    ['https to an address', 'https://192.0.2.1/callback'],
    ['https to an address as a number', 'https://3221225985/callback'],
    ['https to an address of IPv6', 'https://[2001:db8::1]/callback'],
    ['https to an address of IPv4 in IPv6', 'https://[::ffff:192.0.2.1]/callback'],
    ['https without its slashes', 'https:example.com/callback'],
    ['https with one slash', 'https:/example.com/callback'],
    ['https with three slashes', 'https:///example.com/callback'],
    ['http without its slashes', 'http:127.0.0.1/callback'],
    ['two dots', 'https://example.com/callback/../other'],
    ['one dot', 'https://example.com/./callback'],
    ['two dots at the end', 'https://example.com/callback/..'],
    ['two dots before a query', 'https://example.com/callback/..?a=b'],
    ['encoded dots', 'https://example.com/callback/%2e%2e/other'],
    ['encoded dots in upper case', 'https://example.com/callback/%2E%2E/other'],
    ['a dot and an encoded one', 'https://example.com/callback/.%2e/other'],
    ['dots behind an encoded slash', 'https://example.com/callback%2f..%2fother'],
    ['dots behind a back slash', 'https://example.com/callback\\..\\other'],
    ['dots behind an encoded back slash', 'https://example.com/callback%5c..%5cother'],
    ['dots at loopback', 'http://127.0.0.1/callback/../other'],
    ['dots in a private-use scheme', 'com.example.app:/callback/../other'],
    ['dots without a slash in a private-use scheme', 'com.example.app:../other'],
    ['a fragment', 'http://127.0.0.1/callback#fragment'],
    ['an empty fragment', 'http://127.0.0.1/callback#'],
    ['a line break', 'http://127.0.0.1/\r\nSet-Cookie: a=b'],
    ['a path', '/callback'],
    ['two slashes', '//127.0.0.1/callback'],
    ['nothing', ''],
    ['a text of any length', `http://127.0.0.1/${'x'.repeat(3_000)}`],
  ])('may not be %s', (_name, uri) => {
    expect(isAcceptable(uri)).toBe(false);
  });

  test.each(scripts)('may not be the script %j', (uri) => {
    expect(isAcceptable(uri)).toBe(false);
    expect(isAcceptableRedirect(uri, () => true)).toBe(false);
  });

  test('leads to loopback by http only', () => {
    expect(isLoopbackRedirect('http://localhost/')).toBe(true);
    expect(isLoopbackRedirect('https://localhost/')).toBe(false);
    expect(isLoopbackRedirect('cursor://localhost/')).toBe(false);
  });

  test('may be https where the server permits it, and never http', () => {
    expect(isAcceptableRedirect('https://claude.ai/api/mcp/auth_callback', () => false)).toBe(false);
    expect(isAcceptableRedirect('https://localhost:8443/callback', () => false)).toBe(true);
    expect(isAcceptableRedirect('http://claude.ai/api/mcp/auth_callback', () => true)).toBe(false);
  });
});

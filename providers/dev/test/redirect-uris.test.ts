import { describe, expect, test } from 'vitest';
import { isAcceptableRedirect, isLoopbackRedirect, isRelayToThisMachine } from '../src/redirect-uris.ts';

const isAcceptable = (uri: string) => isAcceptableRedirect(uri, isRelayToThisMachine);

describe('a redirect URI', () => {
  test.each([
    'http://127.0.0.1/',
    'http://localhost:33418/callback?client=1',
    'http://[::1]:6274/oauth/callback',
    'https://localhost:8443/callback',
    'https://vscode.dev/redirect',
    'https://insiders.vscode.dev/redirect',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'vscode://saoudrizwan.claude-dev/mcp',
    'VSCode-Insiders://publisher.extension/mcp',
    'com.example.app:/callback',
    'com.example.app://callback',
  ])('may be %s', (uri) => {
    expect(isAcceptable(uri)).toBe(true);
  });

  test.each([
    ['a script', 'javascript:alert(1)'],
    ['a script in odd case', 'JaVaScRiPt://localhost/%0aalert(1)'],
    ['a script after a space', ' javascript:alert(1)'],
    ['a script with a tab inside', 'java\tscript:alert(1)'],
    ['a script after a control character', '\u0001javascript:alert(1)'],
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
    ['https to a page of anybody', 'https://evil.example/callback'],
    ['a page beside a relay', 'https://vscode.dev/redirect/../other'],
    ['a relay on another port', 'https://vscode.dev:8443/redirect'],
    ['a relay with an instruction', 'https://vscode.dev/redirect?url=https://evil.example'],
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

  test('leads to loopback by http only', () => {
    expect(isLoopbackRedirect('http://localhost/')).toBe(true);
    expect(isLoopbackRedirect('https://localhost/')).toBe(false);
    expect(isLoopbackRedirect('cursor://localhost/')).toBe(false);
  });

  test('may be any https URL where a server permits it', () => {
    expect(isAcceptableRedirect('https://claude.ai/api/mcp/auth_callback', () => true)).toBe(true);
    expect(isAcceptableRedirect('http://claude.ai/api/mcp/auth_callback', () => true)).toBe(false);
  });
});

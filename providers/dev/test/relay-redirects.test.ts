import { isAcceptableRedirect } from '@mcp-whoami/authorization-server';
import { expect, test } from 'vitest';
import { isRelayToThisMachine } from '../src/relay-redirects.ts';

test.each([
  ['https://vscode.dev/redirect', true],
  ['https://insiders.vscode.dev/redirect', true],
  ['https://evil.example/callback', false],
  ['https://vscode.dev/redirect/../other', false],
  ['https://vscode.dev/other', false],
  ['https://vscode.dev:8443/redirect', false],
  ['https://vscode.dev/redirect?url=https://evil.example', false],
  ['http://vscode.dev/redirect', false],
])('the code may go to %s: %s', (uri, isAcceptable) => {
  expect(isAcceptableRedirect(uri, isRelayToThisMachine)).toBe(isAcceptable);
});

import { describe, expect, it } from 'vitest';
import { shownUrl } from '../src/shown-value.ts';

describe('a URL in a message', () => {
  it.each([
    ['https://idp.example.com/realms/a', 'https://idp.example.com/realms/a'],
    ['http://[::1]:8080/realms/a', 'http://[::1]:8080/realms/a'],
    ['localhost:8080/realms/a', 'localhost:8080/realms/a'],
    ['keycloak', 'keycloak'],
    ['https://idp.example.com/me?key=S3CRET', 'https://idp.example.com/me?(hidden)'],
    ['https://idp.example.com/me#S3CRET', 'https://idp.example.com/me#(hidden)'],
    ['https://idp.example.com/me?mail=a@b.c&key=S3CRET', 'https://idp.example.com/me?(hidden)'],
    ['https://user:S3CRET@idp.example.com/me', 'https://(hidden)@idp.example.com/me'],
    ['https://S3CRET@idp.example.com?S3CRET', 'https://(hidden)@idp.example.com?(hidden)'],
    // Passwords with what ends a user name, a host or a path elsewhere.
    ['https://user:S3/CRET@idp.example.com', 'https://(hidden)@idp.example.com'],
    ['https://user:S3@CRET@idp.example.com', 'https://(hidden)@idp.example.com'],
    ['https://user:S3?CRET@idp.example.com', 'https://(hidden)'],
    ['https://user:S3#CRET@idp.example.com', 'https://(hidden)'],
    // Without what makes a URL of it.
    ['user:S3CRET@idp.example.com', '(hidden)@idp.example.com'],
    ['//user:S3CRET@idp.example.com', '(hidden)@idp.example.com'],
    ['https:/user:S3CRET@idp.example.com', '(hidden)@idp.example.com'],
    ['https://user:S3CRET/idp.example.com', 'https://user:(hidden)/idp.example.com'],
    ['mcp:read mcp:write', 'mcp:read mcp:write'],
    ['https://one.example, https://user:S3CRET/x', 'https://one.example, https://user:(hidden)/x'],
    ['one.example?key=S3CRET, two.example', 'one.example?(hidden)'],
    ['https://a:S3CRET@one.example,https://two.example', 'https://(hidden)@one.example,https://two.example'],
  ])('%s is %s', (text, shown) => {
    expect(shownUrl(text)).toBe(shown);
  });

  it('is cut', () => {
    expect(shownUrl('a'.repeat(5_000)).length).toBeLessThan(250);
  });
});

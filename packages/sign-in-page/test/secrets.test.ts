import { describe, expect, it } from 'vitest';
import { createSecrets } from '../src/browser/wire/secrets.js';
import { showResponse } from '../src/browser/wire/show-exchange.js';

const token = 'abc/defghijklmnopqrstuv';

describe('the secrets of a walk', () => {
  it.each([
    ['a JSON object', JSON.stringify({ access_token: token })],
    ['a JSON object, with escapes', '{"access_token":"abc\\/defghijklmnopqrstuv"}'],
    ['an object in it, with escapes', '{"data":{"access_token":"abc\\/defghijklmnopqrstu\\u0076"}}'],
    ['a list, with escapes', '[{"refresh_token":"abc\\/defghijklmnopqrstuv"}]'],
    ['JSON that is cut off', `{"access_token": "${token}", "scope": "op`],
    ['a form', `access_token=${token}&token_type=bearer`],
  ])('are masked in %s', (_, body) => {
    const secrets = createSecrets();
    secrets.learn(body);
    const shown = secrets.hide(showResponse(new Response(body), body));
    expect(shown).toContain('23 characters, masked');
    expect(shown).not.toContain(token);
  });
});

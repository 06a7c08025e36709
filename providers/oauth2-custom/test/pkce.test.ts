import { describe, expect, it } from 'vitest';
import { oauth2Custom } from '../src/index.ts';

const byHand = {
  OAUTH2_AUTHORIZATION_ENDPOINT: 'https://idp.example.com/authorize',
  OAUTH2_TOKEN_ENDPOINT: 'https://idp.example.com/token',
  OAUTH2_USERINFO_URL: 'https://idp.example.com/me',
};

const connect = (environment: Record<string, string>) =>
  oauth2Custom.connectFromEnvironment(environment, { resources: ['http://localhost:3001/mcp'] });

describe('OAUTH2_PKCE', () => {
  it.each([
    [undefined, ['S256'], [expect.stringContaining('which nobody has said: OAUTH2_PKCE=S256 if it does')]],
    ['S256', ['S256'], []],
    ['none', undefined, [expect.stringContaining('OAUTH2_PKCE=none tells clients')]],
  ])('says whether an IdP without metadata checks PKCE: %s', async (pkce, methods, warnings) => {
    await using connection = await connect({ ...byHand, ...(pkce && { OAUTH2_PKCE: pkce }) });
    expect(connection.published.metadata.code_challenge_methods_supported).toEqual(methods);
    expect(connection.warnings.filter((warning) => warning.includes('PKCE'))).toEqual(warnings);
  });

  it.each(['S256', 'none'])('is refused where the metadata says it: %s', async (pkce) => {
    const environment = { OAUTH2_ISSUER: 'https://idp.example.com', OAUTH2_PKCE: pkce };
    await expect(connect(environment)).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(
        /OAUTH2_PKCE does not work: .*\n.*only with OAUTH2_AUTHORIZATION_ENDPOINT and OAUTH2_TOKEN_ENDPOINT/,
      ),
    });
  });

  it('is S256 or none', async () => {
    await expect(connect({ ...byHand, OAUTH2_PKCE: 'plain' })).rejects.toThrow('expected: S256 or none');
  });
});

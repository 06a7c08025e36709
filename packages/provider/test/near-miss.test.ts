import { describe, expect, it } from 'vitest';
import { nearMiss } from '../src/index.ts';

const mcp = 'http://localhost:3001/mcp';

describe('a near miss is told by what differs', () => {
  it.each([
    [mcp, `${mcp}/`, 'only by the slash at the end, which is not expected'],
    ['https://idp.example/', 'https://idp.example', 'only by the slash at the end, which is missing'],
    [mcp, 'https://localhost:3001/mcp', 'only by the scheme, https for http'],
    [mcp, 'http://localhost:3002/mcp', 'only by the port, :3002 for :3001'],
    [mcp, 'http://localhost/mcp', 'only by the port, none for :3001'],
    [mcp, 'http://127.0.0.1:3001/mcp', 'only by the host, 127.0.0.1 for localhost'],
    [mcp, 'http://[::1]:3001/mcp', 'only by the host, [::1] for localhost'],
    [mcp, 'http://localhost:3001/MCP', 'only in upper and lower case'],
    [mcp, `"${mcp}"`, 'only by the quotes or blanks around it'],
    [
      'https://idp.example/oidc',
      'https://idp.example/oidc/.well-known/openid-configuration',
      'only by the well-known path at the end, which is not expected',
    ],
    [
      'https://login.microsoftonline.com/t/v2.0',
      'https://login.microsoftonline.com/t/',
      'only by the slash at the end, which is not expected, and by /v2.0 at the end, which is missing',
    ],
    [
      'https://kc.example/realms/mcp',
      'https://kc.example/realms/master',
      'only by the realm, master for mcp',
    ],
    [
      'https://kc.example/realms/mcp',
      'https://kc.example/auth/realms/mcp',
      'only by /auth before /realms, which is not expected',
    ],
    [
      'https://x.okta.com/oauth2/default',
      'https://x.okta.com',
      'only by /oauth2/default at the end, which is missing',
    ],
    ['api://6f1d', '6f1d', 'only by api:// at its beginning, which is missing'],
    [mcp, 'https://localhost/mcp/', 'only by the slash at the end, which is not expected, and by the scheme'],
    [mcp, 'http://localhost:3001', 'with no path for "/mcp"'],
    [mcp, 'http://localhost:3001/api', 'with the path "/api" for "/mcp"'],
  ])('%s, found %s', (expected, found, says) => {
    expect(nearMiss([expected], [found])).toContain(says);
  });

  it('takes the nearest of several', () => {
    const said = nearMiss(
      [mcp, 'http://localhost:3001/sse'],
      ['account', 'https://localhost:3001/sse/', `${mcp}/`],
    );
    expect(said).toBe(`"${mcp}/" differs from "${mcp}" only by the slash at the end, which is not expected`);
  });

  it.each([
    [mcp, 'https://other.example/mcp'],
    [mcp, 'account'],
    [mcp, ''],
    [mcp, '/'],
    [mcp, mcp],
    [mcp, 'x'.repeat(100_000)],
    [mcp, `http://localhost:3001/${'x'.repeat(100_000)}`],
  ])('says nothing of what is not near: %s, found %.60s', (expected, found) => {
    expect(nearMiss([expected], [found])).toBeUndefined();
  });
});

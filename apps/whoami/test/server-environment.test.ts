import { readEnvironment } from '@mcp-whoami/environment';
import { describe, expect, it } from 'vitest';
import { serverEnvironment } from '../src/server-environment.ts';

const read = (environment: Record<string, string>) => {
  const reading = readEnvironment(serverEnvironment, environment);
  return reading.success ? reading.values : reading.problems.map(({ expected }) => expected).join();
};

describe('PUBLIC_URL', () => {
  it.each([
    ['https://mcp.example.com', 'https://mcp.example.com'],
    ['https://MCP.example.com:443/', 'https://mcp.example.com'],
    ['https://mcp.example.com/tools/whoami', 'https://mcp.example.com/tools/whoami'],
    ['https://mcp.example.com/~ada/who.am-I_2/', 'https://mcp.example.com/~ada/who.am-I_2'],
    ['https://mcp.example.com/tools/mcp', 'https://mcp.example.com/tools/mcp'],
  ])('%s is %s', (text, publicUrl) => {
    expect(read({ PUBLIC_URL: text })).toMatchObject({ publicUrl });
  });

  it.each([
    'mcp.example.com',
    'https://mcp.example.com/?a',
    'https://mcp.example.com/#a',
    'https://mcp.example.com//tools',
    'https://mcp.example.com/tools//',
    'https://mcp.example.com/a/../b',
    'https://mcp.example.com/./a',
    'https://mcp.example.com/a%2fb',
    'https://mcp.example.com/a b',
    'https://mcp.example.com/ü',
    'https://mcp.example.com/a;b',
    'https://mcp.example.com\\a',
  ])('%s is refused', (text) => {
    expect(read({ PUBLIC_URL: text })).toEqual(expect.any(String));
  });

  it.each(['/mcp', '/sse/', '/MESSAGES', '/page', '/health', '/backchannel-logout', '/.well-known/a'])(
    'with the path %s, which is one of this server’s own, is refused',
    (path) => {
      expect(read({ PUBLIC_URL: `https://mcp.example.com${path}` })).toContain('this server’s own paths');
    },
  );
});

describe('ALLOWED_HOSTS', () => {
  it('are hosts with or without a port', () => {
    expect(read({ ALLOWED_HOSTS: 'whoami, gateway.example:8443,[fd00::1]:3001, 10.0.0.7' })).toMatchObject({
      allowedHosts: ['whoami', 'gateway.example:8443', '[fd00::1]:3001', '10.0.0.7'],
    });
  });

  it.each([
    '*',
    '*.example.com',
    'https://a.example',
    'a.example/path',
    'a@b',
    'a.example:99999',
    'a.example:',
    '[fd00::1',
    'fd00::1',
    '999.1.1.1',
  ])('%s is refused', (text) => {
    expect(read({ ALLOWED_HOSTS: text })).toContain('hosts as clients send them');
  });
});

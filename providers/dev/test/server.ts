import { startDevAuthorizationServer } from '../src/authorization-server.ts';

export const mcp = 'http://localhost:3001/mcp';
export const sse = 'http://localhost:3001/sse';

export const start = (onError?: (error: Error) => void) =>
  startDevAuthorizationServer({
    resources: [mcp, sse],
    scopes: ['mcp:tools', 'mcp:admin'],
    ...(onError && { onError }),
  });

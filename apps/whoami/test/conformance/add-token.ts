import { createServer, request as httpRequest } from 'node:http';
import { serveOnLoopback } from '@mcp-whoami/testkit';

/** A proxy that signs in whoever comes by it: the suite sends no token. */
export const addToken = async (target: string, token: string) => {
  const { port, ...server } = await serveOnLoopback(
    createServer((request, response) => {
      const headers = { ...request.headers, authorization: `Bearer ${token}` };
      const forwarded = httpRequest(target, { method: request.method ?? 'GET', headers });
      forwarded.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      forwarded.on('error', () => response.destroy());
      response.on('close', () => forwarded.destroy());
      request.pipe(forwarded);
    }),
  );
  return { ...server, url: `http://localhost:${port}/mcp` };
};

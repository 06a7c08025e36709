import { createServer } from 'node:http';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { vi } from 'vitest';

export const clientId = 'https://client.example.com/oauth/client.json';

const origin = new URL(clientId).origin;

/**
 * Serves a Client ID Metadata Document from this machine, as what its public name leads to, and 404 at other paths;
 * counts what is asked for.
 */
export async function serveClientDocument(metadata: object = {}) {
  const document = {
    client_id: clientId,
    client_name: 'Client of a document',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    ...metadata,
  };
  const asked: string[] = [];
  const http = await serveOnLoopback(
    createServer((request, response) => {
      asked.push(request.url ?? '');
      response.statusCode = `${origin}${request.url}` === clientId ? 200 : 404;
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
    }),
  );
  const network = globalThis.fetch;
  const names = vi
    .spyOn(globalThis, 'fetch')
    .mockImplementation((input, init) =>
      String(input).startsWith(`${origin}/`)
        ? network(`http://127.0.0.1:${http.port}${String(input).slice(origin.length)}`)
        : network(input, init),
    );
  return {
    asked,
    [Symbol.asyncDispose]: () => {
      names.mockRestore();
      return http[Symbol.asyncDispose]();
    },
  };
}

import { createServer } from 'node:http';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { vi } from 'vitest';

export const clientId = 'https://client.example.com/oauth/client.json';

/** Serves a Client ID Metadata Document from this machine, as what its public name leads to. */
export async function serveClientDocument(metadata: object = {}) {
  const document = {
    client_id: clientId,
    client_name: 'Client of a document',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    ...metadata,
  };
  const http = await serveOnLoopback(
    createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
    }),
  );
  const network = globalThis.fetch;
  const names = vi
    .spyOn(globalThis, 'fetch')
    .mockImplementation((input, init) =>
      String(input) === clientId ? network(`http://127.0.0.1:${http.port}`) : network(input, init),
    );
  return {
    [Symbol.asyncDispose]: () => {
      names.mockRestore();
      return http[Symbol.asyncDispose]();
    },
  };
}

import dns from 'node:dns';
import { createServer, type RequestListener } from 'node:http';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { vi } from 'vitest';

export const clientId = 'https://client.example.com/oauth/client.json';
export const redirectUri = 'https://client.example.com/callback';

/** The document of a public client; what is `undefined` is not in it. */
export const documentOf = (metadata: object = {}) => ({
  client_id: clientId,
  client_name: 'Client',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  ...metadata,
});

export const answerJson =
  (body: unknown): RequestListener =>
  (_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  };

/**
 * Answers as `client.example.com`, by plain http on this machine, to which that name leads: a thing that only
 * `keepsGuard` has oidc-provider refuse.
 */
export async function startClientHost(answers: Record<string, RequestListener>, { keepsGuard = false } = {}) {
  const asked: string[] = [];
  const http = await serveOnLoopback(
    createServer((request, response) => {
      const path = request.url ?? '';
      asked.push(path);
      const answer = answers[path];
      if (answer) answer(request, response);
      else response.writeHead(404).end();
    }),
  );
  const lookUp = dns.lookup;
  // The name leads to this machine, as a stranger's could.
  const names = vi
    .spyOn(dns, 'lookup')
    .mockImplementation(((name: string, ...rest: never[]) =>
      Reflect.apply(lookUp, dns, [name === 'client.example.com' ? '127.0.0.1' : name, ...rest])) as never);
  const network = globalThis.fetch;
  const spy = vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    const url = String(input);
    const origin = 'https://client.example.com';
    if (!url.startsWith(origin)) return network(input, init);
    const { dispatcher, ...rest } = init ?? {};
    return network(`http://client.example.com:${http.port}${url.slice(origin.length)}`, {
      ...rest,
      ...(keepsGuard && dispatcher && { dispatcher }),
    });
  });
  return {
    asked,
    answers,
    async [Symbol.asyncDispose]() {
      names.mockRestore();
      spy.mockRestore();
      await http[Symbol.asyncDispose]();
    },
  };
}

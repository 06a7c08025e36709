import { createServer } from 'node:http';

/** How long a person may take, in milliseconds. */
const SIGN_IN_LIMIT_MS = 300_000;

const page =
  '<!doctype html><meta charset="utf-8"><title>mcp-whoami doctor</title><p>You may close this page: the doctor goes on in the terminal.';

/** Where the browser comes back to. Disposing of it ends it. */
export interface Callback extends AsyncDisposable {
  redirectUri: string;
  /** The parameters that it came back with; nothing where nobody came in time. */
  answer: Promise<URLSearchParams | undefined>;
}

/** Listens on a free port of this machine for the one redirect of a sign-in (RFC 8252 §7.3). */
export async function listenForCallback(): Promise<Callback> {
  const came = Promise.withResolvers<URLSearchParams | undefined>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const isCallback = pathname === '/callback';
    response
      .writeHead(isCallback ? 200 : 404, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': "default-src 'none'",
        'Referrer-Policy': 'no-referrer',
        Connection: 'close',
      })
      .end(isCallback ? page : '');
    if (isCallback) came.resolve(searchParams);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const timer = setTimeout(() => came.resolve(undefined), SIGN_IN_LIMIT_MS);
  return {
    redirectUri: `http://127.0.0.1:${port}/callback`,
    answer: came.promise,
    [Symbol.asyncDispose]: async () => {
      clearTimeout(timer);
      server.close();
      server.closeIdleConnections();
    },
  };
}

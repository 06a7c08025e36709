import { createServer, request as send } from 'node:http';
import { freePort, serveOnLoopback } from '@mcp-whoami/testkit';
import { startWhoami } from './start-whoami.ts';

/** The path under which the proxy has the server. */
export const publicPath = '/tools/whoami';

/** What a proxy makes of the target of a request, by how it is set up; nothing is not for the server. */
const kinds = {
  /** nginx: `location /tools/whoami { proxy_pass http://server; }`, and the same for the metadata. */
  'hands the path on': (target: string) =>
    isUnder(publicPath, target) || isMetadata(target) ? target : undefined,
  /** nginx: `proxy_pass http://server/;`, Caddy: `handle_path`. Metadata, which stands elsewhere, is left as it is. */
  'takes the path off': (target: string) => {
    if (isMetadata(target)) return target;
    return isUnder(publicPath, target) ? withoutPath(target) : undefined;
  },
  /** A rewriting that takes the path off wherever it finds it. */
  'takes the path off metadata too': (target: string) =>
    isUnder(publicPath, target) || isMetadata(target) ? withoutPath(target) : undefined,
};

export type ProxyKind = keyof typeof kinds;
export const proxyKinds: readonly ProxyKind[] = [
  'hands the path on',
  'takes the path off',
  'takes the path off metadata too',
];

const isUnder = (path: string, target: string) =>
  target.startsWith(path) && /^(?:$|[/?])/.test(target.slice(path.length));
const isMetadata = (target: string) =>
  ['oauth-protected-resource', 'oauth-authorization-server'].some((name) =>
    isUnder(`/.well-known/${name}${publicPath}`, target),
  );
const withoutPath = (target: string) => {
  const rest = target.replace(publicPath, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
};

/** A reverse proxy with a server under a path of its own host, and nothing else there. */
export const startProxy = async (
  kind: ProxyKind,
  port: number,
  headers: Readonly<Record<string, string>> = {},
) => {
  const proxy = await serveOnLoopback(
    createServer((request, response) => {
      const path = kinds[kind](request.url ?? '/');
      if (path === undefined) {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('not under this path');
        return;
      }
      const { method } = request;
      const hop = send(
        { host: '127.0.0.1', port, method, path, headers: { ...request.headers, ...headers }, agent: false },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
          response.flushHeaders();
          answer.pipe(response);
        },
      );
      hop.on('error', () => response.destroy());
      response.on('close', () => hop.destroy());
      request.pipe(hop);
    }),
  );
  return { ...proxy, publicUrl: `http://localhost:${proxy.port}${publicPath}` };
};

/** A server behind a proxy that adds `headers`, and where it is without the proxy. */
export const startBehindProxy = async (
  kind: ProxyKind,
  environment: Record<string, string> = {},
  headers: Readonly<Record<string, string>> = {},
) => {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const { publicUrl } = stack.use(await startProxy(kind, port, headers));
  const whoami = stack.use(await startWhoami({ PORT: String(port), PUBLIC_URL: publicUrl, ...environment }));
  const owned = stack.move();
  return { ...whoami, port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

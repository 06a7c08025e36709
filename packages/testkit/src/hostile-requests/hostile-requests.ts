import { hostileBodies } from './bodies.ts';
import { hostileCredentials } from './credentials.ts';
import { hostileFraming } from './framing.ts';
import { hostileHosts } from './hosts.ts';
import type { HostileRequest, PostChanges, RequestForge } from './row.ts';
import { hostileTargets } from './targets.ts';

/** Requests to a server at `host`, for which `token` is good and `call` calls a tool. */
export const hostileRequests = (server: {
  host: string;
  token: string;
  call: string;
  publicPath?: string;
}): HostileRequest[] => {
  const { publicPath = '' } = server;
  const post = (headers: readonly string[], changes: PostChanges = {}): string => {
    const { target = `${publicPath}/mcp`, method = 'POST', host = server.host, body = server.call } = changes;
    const contentType = 'contentType' in changes ? changes.contentType : 'application/json';
    const lines = [
      `${method} ${target} HTTP/1.1`,
      `Host: ${host}`,
      'Connection: close',
      'Accept: application/json, text/event-stream',
      ...(contentType === undefined ? [] : [`Content-Type: ${contentType}`]),
      ...headers,
      `Content-Length: ${body.length}`,
    ];
    return `${lines.join('\r\n')}\r\n\r\n${body}`;
  };
  const forge: RequestForge = { ...server, publicPath, post };
  return [hostileCredentials, hostileTargets, hostileHosts, hostileFraming, hostileBodies].flatMap((rows) =>
    rows(forge),
  );
};

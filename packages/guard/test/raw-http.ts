import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { serveOnLoopback } from '@mcp-whoami/testkit';

export interface RawAnswer {
  status: number;
  headers: Headers;
  body: string;
}

/**
 * Sends a request line and header lines byte for byte (as latin1), which no HTTP client lets a test do, and reads
 * the answer.
 */
export const sendRaw = async (port: number, lines: readonly string[], body = ''): Promise<RawAnswer> => {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.write([...lines, 'Connection: close', '', body].join('\r\n'), 'latin1');
  await once(socket, 'end');
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...headerLines] = text.slice(0, end).split('\r\n');
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: new Headers(
      headerLines.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      }),
    ),
    body: text.slice(end + 4),
  };
};

/** A server on a free loopback port. */
export const listen = (listener?: RequestListener) =>
  serveOnLoopback(createServer(...(listener === undefined ? [] : [listener])));

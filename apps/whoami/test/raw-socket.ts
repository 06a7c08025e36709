import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection to a server of this machine. That the server resets it is no error. */
export const openSocket = (url: string): Socket =>
  connect(Number(new URL(url).port), '127.0.0.1')
    .setEncoding('latin1')
    .on('error', () => undefined);

/**
 * Sends bytes that no HTTP client would (as latin1), says nothing more, and gives all that comes until the connection
 * ends: by the server, or after `silence` milliseconds in which neither says anything.
 */
export const exchange = async (
  url: string,
  raw: string,
  { silence = 0 }: { silence?: number } = {},
): Promise<string> => {
  const socket = openSocket(url);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.setTimeout(silence, () => socket.destroy());
  socket.write(raw, 'latin1');
  await once(socket, 'close');
  return answer;
};

/** A client that opens a stream of server-sent events and reads no more than its address. */
export const openUnread = async (url: string, token: string) => {
  const socket = openSocket(url);
  const { pathname } = new URL(url);
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  let text = '';
  while (!text.includes('sessionId=')) text += String((await once(socket, 'data'))[0]);
  socket.pause();
  return { socket, endpoint: /data: (\S+)/.exec(text)?.[1] ?? '' };
};

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems choose from for connections and for port 0 (`ip_local_port_range`, RFC 6335 §6). */
const [firstPort, lastPort] = [20_000, 32_000];

/** A port that nothing listens on, for what must know its public address before it starts. */
export const freePort = async (): Promise<number> => {
  const port = randomInt(firstPort, lastPort);
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return freePort();
  }
  server.close();
  await once(server, 'close');
  return port;
};

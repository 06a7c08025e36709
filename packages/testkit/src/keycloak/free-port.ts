import { createServer } from 'node:http';
import { close, listen } from '../stand-in/loopback-server.ts';

/** A port that nothing listened on just now, for what must know its public address before it starts. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  const { port } = await listen(server);
  await close(server);
  return port;
};

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** On a free port unless told. */
export const listen = async (server: Server, at = 0): Promise<AddressInfo> => {
  server.listen(at, '127.0.0.1');
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server listens on no port.');
  return address;
};

/** Ends the connections too: a faulted answer would never let them go. */
export const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** A server of a test, on a free port of this machine. Disposing of it ends its connections too. */
export const serveOnLoopback = async <AnyServer extends Server>(server: AnyServer) => {
  const { port } = await listen(server);
  return { server, port, [Symbol.asyncDispose]: () => close(server) };
};

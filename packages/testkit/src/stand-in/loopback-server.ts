import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** On a free port unless told. */
export const listen = async (server: Server, at = 0): Promise<AddressInfo> => {
  server.listen(at, '127.0.0.1');
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The stand-in does not listen on a port.');
  return address;
};

/** Ends the connections too: a faulted answer would never let them go. */
export const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

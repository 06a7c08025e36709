import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

/**
 * Serves the metadata of a client at a https URL, which is its id (OAuth Client ID Metadata Document §3). Takes the
 * name by which the authorization server reaches this machine; gives the certificate it has to trust.
 */
export const serveClientMetadataDocument = async (hostName: string, metadata: Record<string, unknown>) => {
  const { key, certificate } = await selfSigned(hostName);
  const path = '/client.json';
  const server = createServer({ key, cert: certificate }, (request, response) => {
    if (request.url !== path) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ client_id: url, ...metadata }));
  });
  // All addresses: a container does not reach this machine's loopback.
  server.listen(0);
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const url = `https://${hostName}:${port}${path}`;
  return {
    url,
    certificate,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** A certificate of a day, from the machine's own openssl: Node reads certificates and makes none. */
const selfSigned = async (hostName: string) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'certificate-'));
  const [keyFile, certificateFile] = [join(folder.path, 'key.pem'), join(folder.path, 'certificate.pem')];
  await run('openssl', [
    ...['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-days', '1'],
    ...['-subj', `/CN=${hostName}`, '-addext', `subjectAltName=DNS:${hostName}`],
    ...['-keyout', keyFile, '-out', certificateFile],
  ]);
  return { key: await readFile(keyFile, 'utf8'), certificate: await readFile(certificateFile, 'utf8') };
};

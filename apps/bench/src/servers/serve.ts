import { createServer, type RequestListener } from 'node:http';
import { z } from 'zod';
import { listenOnFreePort } from '../listen.ts';

/** What the bench tells a server. */
export const { ISSUER: issuer, CLAIMS: claims } = z
  .object({
    ISSUER: z.url(),
    /** What servers without an identity provider answer. */
    CLAIMS: z.string().transform((text) => z.record(z.string(), z.unknown()).parse(JSON.parse(text))),
  })
  .parse(process.env);

/** Serves an app and says where, in the words of whoami. */
export async function serve(app: RequestListener): Promise<void> {
  // An exit of its own, with which `--cpu-prof` writes the profile.
  process.once('SIGTERM', () => process.exit());
  process.stdout.write(`ready at ${await listenOnFreePort(createServer(app))}\n`);
}

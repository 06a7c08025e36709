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

/** Serves an app and says where. */
export async function serve(app: RequestListener): Promise<void> {
  announce(await listenOnFreePort(createServer(app)));
}

/** Says where a server is, in the words of whoami. */
export function announce(origin: string) {
  // An exit of its own, with which `--cpu-prof` writes the profile.
  process.once('SIGTERM', () => process.exit());
  process.stdout.write(`ready at ${origin}\n`);
}

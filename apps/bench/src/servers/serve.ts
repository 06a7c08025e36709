import type { Express } from 'express';
import { z } from 'zod';

/** What the bench tells a server. */
export const { ISSUER: issuer, CLAIMS: claims } = z
  .object({
    ISSUER: z.url(),
    /** What servers without an identity provider answer. */
    CLAIMS: z.string().transform((text) => z.record(z.string(), z.unknown()).parse(JSON.parse(text))),
  })
  .parse(process.env);

/** Serves an app and says where, in the words of whoami. */
export function serve(app: Express): void {
  const server = app.listen(0, '127.0.0.1', () => {
    const { port } = z.object({ port: z.number() }).parse(server.address());
    process.stdout.write(`ready at http://localhost:${port}\n`);
  });
}

import { z } from 'zod';
import { startBridge } from './bridge-under-test.ts';
import { upstreamOf } from './github.ts';

/** A process of its own with a bridge, which tests kill. Takes what is to be told as JSON. */
const told = z.object({
  github: z.object({
    origin: z.string(),
    client: z.object({ id: z.string(), secret: z.string() }),
    authorizationEndpoint: z.string(),
    tokenEndpoint: z.string(),
  }),
  publicUrl: z.string(),
  settings: z.object({ storeUrl: z.string(), bridgeSecret: z.array(z.string()).optional() }),
});

const [json = ''] = process.argv.slice(2);
const { github, ...options } = told.parse(JSON.parse(json));
const { origin } = await startBridge({ upstream: upstreamOf(github), ...options });
process.stdout.write(`listens at ${origin}\n`);

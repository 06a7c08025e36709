import { setFlagsFromString } from 'node:v8';
import { createLogger } from '@mcp-whoami/guard';
import { ConfigurationError } from '@mcp-whoami/provider';
import { renderBanner } from './banner.ts';
import { startServer } from './start-server.ts';

/**
 * How much the heap may grow before garbage is collected, in percent. V8 lets it grow several times over, which in a
 * flood of bad tokens, none of which stays, would be most of the memory.
 */
const HEAP_GROWTH_PERCENT = 30;

setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);

try {
  const server = await startServer(process.env, createLogger());
  process.stdout.write(renderBanner(server));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server[Symbol.asyncDispose]());
  }
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`whoami can not start.\n\n${error.message}\n`);
  process.exitCode = 1;
}

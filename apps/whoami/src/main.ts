import { ConfigurationError } from '@mcp-whoami/environment';
import { createLogger } from '@mcp-whoami/guard';
import { renderBanner } from './banner.ts';
import { startServer } from './start-server.ts';

try {
  const server = await startServer(process.env, createLogger());
  process.stdout.write(renderBanner(server));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server[Symbol.asyncDispose]());
  }
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`whoami cannot start.\n\n${error.message}\n`);
  process.exitCode = 1;
}

import { createRequire } from 'node:module';
import { startProcess } from './start-process.ts';

const main = createRequire(import.meta.url).resolve('whoami/src/main.ts');

/** Starts the server as a process of its own, on a free port unless told. */
export const startWhoami = async (environment: Readonly<Record<string, string>>) => {
  const started = await startProcess(main, { PORT: '0', ...environment }, /ready at (\S+)\n/);
  const url = started.ready[1] ?? '';
  return { ...started, url, mcp: `${url}/mcp`, sse: `${url}/sse` };
};

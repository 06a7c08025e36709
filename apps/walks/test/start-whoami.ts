import { createRequire } from 'node:module';
import { runProgram } from '@mcp-whoami/testkit';

const main = createRequire(import.meta.url).resolve('whoami/src/main.ts');

/** The line in which the server says where it is. */
export const whoamiIsReady = /whoami is ready at (\S+)\n/;

/** Starts the server as a process of its own, on a free port unless told. */
export const startWhoami = async (environment: Readonly<Record<string, string>>) => {
  const { found: url, ...running } = await runProgram(process.execPath, [main], {
    env: { PATH: process.env.PATH, PORT: '0', ...environment },
    ready: whoamiIsReady,
  });
  return { ...running, url, mcp: `${url}/mcp`, sse: `${url}/sse` };
};

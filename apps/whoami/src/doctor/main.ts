import { spawn } from 'node:child_process';
import { createLogger } from '@mcp-whoami/guard';
import { doctorUsage, readOptions } from './options.ts';
import { hasError, renderJson, renderReport } from './report.ts';
import { runDoctor } from './run-doctor.ts';

/** Characters of a token at most. */
const MAX_TOKEN_LENGTH = 64 * 1024;

const [first, ...rest] = process.argv.slice(2);
// By the command of the package it comes with that word before it.
const args = first === 'doctor' ? rest : process.argv.slice(2);
const options = readOptions(args);
if (options === undefined) {
  // No word of it is repeated: one may be a token.
  process.stderr.write(
    `The doctor does not know these options. A token is read from standard input.\n\n${doctorUsage}\n`,
  );
  process.exitCode = 2;
} else {
  const report = await runDoctor(process.env, options, { logger: silentLogger(), show, readToken });
  process.stdout.write(options.json ? renderJson(report) : renderReport(report));
  process.exitCode = hasError(report) ? 1 : 0;
}

/** What a connection logs while it is tried is in the findings. */
function silentLogger() {
  const logger = createLogger();
  for (const level of ['info', 'warn', 'error'] as const) logger[level] = () => {};
  return logger;
}

async function readToken(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_TOKEN_LENGTH) break;
  }
  return text.trim().replace(/^Bearer /i, '');
}

/** Beside the report, which is on standard output. */
function show(authorizationUrl: URL): void {
  process.stderr.write(`Sign in here, within five minutes:\n\n${authorizationUrl.href}\n\n`);
  // Only where a person is.
  if (!process.stderr.isTTY) return;
  const [command, ...before]: [string, ...string[]] =
    process.platform === 'darwin'
      ? ['open']
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler']
        : ['xdg-open'];
  const browser = spawn(command, [...before, authorizationUrl.href], { detached: true, stdio: 'ignore' });
  // Then the person opens it.
  browser.on('error', () => {});
  browser.unref();
}

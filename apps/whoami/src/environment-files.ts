import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** What a person sets for themselves, which git does not track. */
const OWN_FILE = '.env.local';
/** The realm that `pnpm keycloak` serves. */
const REALM_FILE = '.env';

/**
 * Takes what the files at the root of a checkout say into an environment, where it does not say it itself: for `dev`,
 * `watch` and `doctor` only. In production and in tests nothing is read that is not in the environment already.
 */
export function takeEnvironmentFiles(environment: Record<string, string | undefined>, root: URL): void {
  const { NODE_ENV = '' } = environment;
  if (NODE_ENV === '' || NODE_ENV === 'development') take(environment, new URL(OWN_FILE, root));
  // A default for those who chose a provider only; without PROVIDER it would look as if that had been forgotten.
  if (environment.PROVIDER) take(environment, new URL(REALM_FILE, root));
}

function take(environment: Record<string, string | undefined>, file: URL): void {
  for (const [name, value] of Object.entries(parseEnv(textOf(file)))) environment[name] ??= value;
}

/** Nothing where there is no such file. PowerShell 5 writes UTF-16 with `>`. */
function textOf(file: URL): string {
  try {
    const bytes = readFileSync(file);
    const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
    return new TextDecoder(encoding).decode(bytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

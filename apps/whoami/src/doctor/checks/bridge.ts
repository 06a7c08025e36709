import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Environment, isSet } from '@mcp-whoami/environment';
import { isStoreConfigurationInvalid, isStoreUnavailable, openStore } from '@mcp-whoami/store';
import type { Check } from '../check.ts';
import { type Finding, ok, skipped } from '../finding.ts';
import { TimeLimitError, withinTime } from '../time-limit.ts';
import { upstreamFinding } from './upstream.ts';

/** How long the store may take, in milliseconds. */
const STORE_LIMIT_MS = 6_000;

/** What a bridge needs beside its variables: its IdP, a callback that is registered there, a store that answers. */
export const bridgeCheck: Check = {
  title: 'Bridge',
  run: async ({ subject: { provider, connection, environment, idp } }) => {
    if (provider?.isBridge !== true) return [];
    const notes = connection?.about.setup ?? [];
    const [upstream, store] = await Promise.all([
      idp && upstreamFinding(provider.title, idp),
      storeFinding(environment),
    ]);
    return [
      ...notes.map((note) =>
        skipped('bridge.callback', `${note}`, 'Only a sign-in shows whether that was done.'),
      ),
      ...(upstream === undefined ? [] : [upstream]),
      store,
    ];
  },
};

async function storeFinding(environment: Environment): Promise<Finding> {
  const id = 'bridge.store';
  const { STORE_URL: url } = environment;
  if (!isSet(url) || url === 'memory:') return ok(id, 'Grants are kept in memory, until the process ends.');
  const why = 'Without its store the server does not start, or cannot sign anybody in.';
  const fault = (title: string, mend: readonly string[]): Finding => ({
    id,
    severity: 'error',
    title,
    why,
    mend,
  });
  try {
    const folder = await folderOfMissingFile(url);
    if (folder !== undefined) {
      await access(folder, constants.W_OK);
      return ok(id, 'The file of the store is not there yet, and can be made.');
    }
    await withinTime(STORE_LIMIT_MS, askStore(url));
    return ok(id, 'The store answers.');
  } catch (error) {
    if (isStoreUnavailable(error)) {
      return fault(`STORE_URL does not work: ${error.logMessage}.`, [
        'Start the store, or name the one that runs.',
      ]);
    }
    if (isStoreConfigurationInvalid(error)) {
      const { found, expected, example } = error.problem;
      return fault(`STORE_URL does not work: ${found}.`, [`expected: ${expected}`, `STORE_URL=${example}`]);
    }
    if (error instanceof TimeLimitError) return fault('STORE_URL does not work: no answer in time.', []);
    return fault('The file of STORE_URL cannot be made.', [
      'A folder that exists, which this user may write.',
    ]);
  }
}

async function askStore(url: string): Promise<void> {
  await using store = await openStore(url);
  await store.get({ kind: 'doctor', id: 'none' });
}

/** To open a store that is a file makes the file. */
async function folderOfMissingFile(url: string): Promise<string | undefined> {
  if (!url.startsWith('sqlite:')) return undefined;
  const file = url.slice('sqlite:'.length).replace(/^\/\/\//, '/');
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  return isThere ? undefined : dirname(file);
}

import { randomBytes } from 'node:crypto';
import { ConfigurationError } from '@mcp-whoami/environment';
import { type ConnectionContext, processWarnings } from '@mcp-whoami/provider';
import {
  createSealedStore,
  isStoreConfigurationInvalid,
  isStoreUnavailable,
  openStore,
  type SealedStore,
} from '@mcp-whoami/store';
import type { BridgeSettings } from './bridge-settings.ts';

const SECRET_BYTES = 32;

/**
 * Opens the store of a bridge, and seals anew what an older secret has sealed.
 *
 * @throws {ConfigurationError} that says which setting it is when it cannot be opened.
 */
export function openBridgeStore(
  { storeUrl = 'memory:', bridgeSecret }: BridgeSettings,
  context: ConnectionContext,
): Promise<SealedStore> {
  const { nameOf, logger = processWarnings } = context;
  const secrets = bridgeSecret ?? [randomBytes(SECRET_BYTES).toString('base64url')];
  const onForgotten = (kind: string) =>
    logger.warn(
      { reason: 'store_full', kind },
      `the store in memory is full: what was not used for longest of the kind ${kind} is forgotten. Set ${nameOf('storeUrl')} to another one`,
    );
  return explainStoreFailure(context, async () =>
    keepIfMade(await openStore(storeUrl, { onForgotten }), async (store) => {
      const sealed = await createSealedStore(store, secrets);
      const { unreadable } = await sealed.reseal();
      if (unreadable > 0)
        logger.warn(
          { reason: 'store_unreadable', unreadable },
          `${unreadable} records of the store were sealed with a secret that ${nameOf('bridgeSecret')} does not have, and are as if they were not there`,
        );
      return sealed;
    }),
  );
}

/** Does something with the store at start. @throws {ConfigurationError} that says which setting it is when that fails. */
export async function explainStoreFailure<Made>(
  { nameOf }: ConnectionContext,
  action: () => Promise<Made>,
): Promise<Made> {
  try {
    return await action();
  } catch (error) {
    if (isStoreConfigurationInvalid(error)) {
      const { setting, found, expected, example } = error.problem;
      const field = setting === 'url' ? 'storeUrl' : 'bridgeSecret';
      const problem = { setting: nameOf(field), found, expected, example: nameOf(field, example) };
      throw new ConfigurationError([problem], error);
    }
    if (!isStoreUnavailable(error)) throw error;
    const problem = {
      setting: nameOf('storeUrl'),
      found: error.logMessage,
      expected: 'a store that answers',
      hint: 'With DISCOVERY_RETRY=true the server waits for it.',
    };
    throw new ConfigurationError([problem], error);
  }
}

/** Makes something of what has to end, and ends it if that fails. Node 22 has no AsyncDisposableStack for it. */
export async function keepIfMade<Owned extends AsyncDisposable, Made>(
  owned: Owned,
  make: (owned: Owned) => Promise<Made>,
): Promise<Made> {
  try {
    return await make(owned);
  } catch (error) {
    await owned[Symbol.asyncDispose]();
    throw error;
  }
}

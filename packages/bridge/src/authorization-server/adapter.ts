import type { Store } from '@mcp-whoami/store';
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider';
import { askStore } from '../unavailable.ts';
import type { RegisteredClients } from './registered-clients.ts';
import type { RevocableTokens } from './revocable-tokens.ts';

/** Seconds after its first use in which a refresh token may be used once more: clients race with themselves. */
export const REFRESH_GRACE_SECONDS = 60;

/** What may be used once, and for how long after that once more. */
const GRACE: Readonly<Record<string, number>> = { AuthorizationCode: 0, RefreshToken: REFRESH_GRACE_SECONDS };

/**
 * Keeps what oidc-provider has to keep in a store, with writes that make a code usable once whoever races. All that
 * belongs to a grant is one group, which ends as one.
 */
export function createAdapter(
  store: Store,
  clients: RegisteredClients,
  revocable: Pick<RevocableTokens, 'find'>,
  endGrant: (grantId: string) => Promise<void>,
): AdapterFactory {
  return (kind) => {
    if (kind === 'Session') return withoutSessions;
    if (kind === 'Client') return { ...withoutSessions, find: async (id) => clients.find(id) };
    if (kind === 'AccessToken')
      return { ...storeAdapter(store, kind, endGrant), find: async (id) => revocable.find(id) };
    if (kind === 'ReplayDetection') return onceAdapter(store, storeAdapter(store, kind, endGrant));
    return storeAdapter(store, kind, endGrant);
  };
}

/** What may come once: the ids of client assertions (RFC 7523 §3), which oidc-provider looks for before it writes. */
function onceAdapter(store: Store, adapter: Adapter): Adapter {
  return {
    ...adapter,
    upsert: async (id, payload, lifetime) => {
      const record = { kind: 'ReplayDetection', id, value: JSON.stringify(payload), lifetime };
      if (await askStore(() => store.insert(record))) return;
      throw new errors.InvalidClientAuth('the client assertion was used before');
    },
  };
}

const nothing = async () => undefined;

/**
 * Nobody has a session here: each authorization is a new one, with its own consent, so that two accounts and any
 * number of flows in one browser never meet.
 */
const withoutSessions: Adapter = {
  upsert: nothing,
  find: nothing,
  findByUid: nothing,
  findByUserCode: nothing,
  consume: nothing,
  destroy: nothing,
  revokeByGrantId: nothing,
};

function storeAdapter(store: Store, kind: string, endGrant: (grantId: string) => Promise<void>): Adapter {
  const grace = GRACE[kind];
  return {
    upsert: (id, payload, lifetime) =>
      askStore(() =>
        store.put({
          kind,
          id,
          value: JSON.stringify(payload),
          lifetime,
          group: kind === 'Grant' ? id : payload.grantId,
        }),
      ),
    find: (id) =>
      askStore(async () => {
        const record = await store.get({ kind, id });
        if (record === undefined) return undefined;
        // Whether it was used is not told: `consume` decides on that, by the clock of the store.
        const payload: AdapterPayload = JSON.parse(record.value);
        return payload;
      }),
    findByUid: nothing,
    findByUserCode: nothing,
    // oidc-provider reads, then writes: of those that read at once, the write lets one through.
    consume: async (id) => {
      const use = await askStore(() => store.use({ kind, id }, grace));
      if (use === 'first' || use === 'again') return;
      if (use === 'reused') {
        // It may have been stolen: what it gave ends (RFC 6749 §4.1.2), also what the first use got.
        const { group } = (await askStore(() => store.get({ kind, id }))) ?? {};
        if (group !== undefined) await endGrant(group);
      }
      throw new errors.InvalidGrant(`used before (${use})`);
    },
    destroy: async (id) => {
      await askStore(() => store.delete({ kind, id }));
    },
    revokeByGrantId: endGrant,
  };
}

import { LRUCache } from 'lru-cache';
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

/** How many of one kind (clients, sessions, grants, codes, tokens …) are kept; the least recently used go first. */
const MAX_ENTRIES_PER_KIND = 1_000;

/**
 * Storage in memory that anyone who can reach the server may fill (dynamic registration is open), so each kind has
 * a bound of its own: a flood of registrations can't push out sessions and codes.
 */
export function createBoundedAdapter(): AdapterFactory {
  const kinds = new Map<string, LRUCache<string, AdapterPayload>>();
  return (kind) => {
    const entries = kinds.get(kind) ?? new LRUCache<string, AdapterPayload>({ max: MAX_ENTRIES_PER_KIND });
    kinds.set(kind, entries);
    return adapterOf(entries);
  };
}

function adapterOf(entries: LRUCache<string, AdapterPayload>): Adapter {
  return {
    async upsert(id, payload, expiresInSeconds) {
      entries.set(id, payload, expiresInSeconds === undefined ? {} : { ttl: expiresInSeconds * 1_000 });
    },
    async find(id) {
      return entries.get(id);
    },
    async findByUid(uid) {
      return [...entries.values()].find((payload) => payload.uid === uid);
    },
    // Only the device flow has user codes, and it is off.
    async findByUserCode() {},
    async consume(id) {
      const payload = entries.get(id);
      if (payload) payload.consumed = Math.floor(Date.now() / 1_000);
    },
    async destroy(id) {
      entries.delete(id);
    },
    async revokeByGrantId(grantId) {
      for (const [id, payload] of [...entries.entries()]) {
        if (payload.grantId === grantId) entries.delete(id);
      }
    },
  };
}

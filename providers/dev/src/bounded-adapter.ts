import { LRUCache } from 'lru-cache';
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';
import { currentRequester } from './requester.ts';

/** How many of one kind (clients, sessions, grants, codes, tokens …) are kept. */
const MAX_ENTRIES_PER_KIND = 1_000;

type Entry = { readonly owner: string; readonly payload: AdapterPayload };
type Entries = LRUCache<string, Entry>;

/**
 * Storage in memory that anyone who can reach the server may fill (dynamic registration is open). Each kind has a
 * bound of its own, and whoever holds most of a kind makes room: what clients hold belongs to the client, the clients
 * themselves to whoever registered them. A client with a grant, or with a sign-in under way, goes after all others.
 */
export function createBoundedAdapter(): AdapterFactory {
  const kinds = new Map<string, Entries>();
  const entriesOf = (kind: string): Entries => {
    // One more than is kept, so that it never makes room by itself.
    const entries = kinds.get(kind) ?? new LRUCache<string, Entry>({ max: MAX_ENTRIES_PER_KIND + 1 });
    kinds.set(kind, entries);
    return entries;
  };
  const clientsInUse = () =>
    new Set([...entriesOf('Grant').values(), ...entriesOf('Interaction').values()].map(({ owner }) => owner));

  return (kind) => adapterOf(entriesOf(kind), kind === 'Client' ? clientsInUse : () => new Set());
}

function adapterOf(entries: Entries, inUse: () => ReadonlySet<string>): Adapter {
  return {
    async upsert(id, payload, expiresInSeconds) {
      const entry = { owner: ownerOf(payload), payload };
      entries.set(id, entry, expiresInSeconds === undefined ? {} : { ttl: expiresInSeconds * 1_000 });
      if (entries.size > MAX_ENTRIES_PER_KIND) makeRoom(entries, id, inUse());
    },
    async find(id) {
      return entries.get(id)?.payload;
    },
    async findByUid(uid) {
      return [...entries.values()].find(({ payload }) => payload.uid === uid)?.payload;
    },
    // Only the device flow has user codes, and it is off.
    async findByUserCode() {},
    async consume(id) {
      const entry = entries.get(id);
      if (entry) entry.payload.consumed = Math.floor(Date.now() / 1_000);
    },
    async destroy(id) {
      entries.delete(id);
    },
    async revokeByGrantId(grantId) {
      for (const [id, { payload }] of [...entries.entries()]) {
        if (payload.grantId === grantId) entries.delete(id);
      }
    },
  };
}

/** Codes, tokens and grants have a `clientId`, pending sign-ins the parameters of their request. */
function ownerOf({ clientId, params }: AdapterPayload): string {
  const requested = params?.client_id;
  return clientId ?? (typeof requested === 'string' ? requested : currentRequester());
}

/** Removes what has ended, else the least recently used of the owner who holds most, `kept` and `inUse` last. */
function makeRoom(entries: Entries, kept: string, inUse: ReadonlySet<string>): void {
  entries.purgeStale();
  if (entries.size <= MAX_ENTRIES_PER_KIND) return;
  const others = [...entries.rkeys()].filter((id) => id !== kept);
  const unused = others.filter((id) => !inUse.has(id));
  const candidates = unused.length > 0 ? unused : others;
  const ownerOfEntry = (id: string) => entries.peek(id)?.owner ?? '';
  const held = new Map<string, number>();
  for (const owner of candidates.map(ownerOfEntry)) held.set(owner, (held.get(owner) ?? 0) + 1);
  const most = Math.max(...held.values());
  const leastRecent = candidates.find((id) => held.get(ownerOfEntry(id)) === most);
  if (leastRecent !== undefined) entries.delete(leastRecent);
}

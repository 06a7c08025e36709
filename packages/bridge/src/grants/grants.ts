import type { Store } from '@mcp-whoami/store';
import { z } from 'zod';
import { askStore } from '../unavailable.ts';
import type { SignedIn } from '../upstream/upstream-client.ts';

/** How long access lasts at most after its consent, in seconds; then the person signs in again. */
export const GRANT_LIFETIME_SECONDS = 90 * 86_400;

/** Where the access of one client of one person is kept, beside what oidc-provider keeps of the same grant. */
const KIND = 'access';

const access = z.object({
  /** The person, by the bridge's own name: `github:1005`. */
  subject: z.string(),
  /** Their profile, as claims of OpenID Connect Core §5.1. */
  claims: z.record(z.string(), z.unknown()),
  /** What the IdP gave to be asked again. */
  session: z.string(),
  clientId: z.string(),
  /** What the client calls itself. */
  clientName: z.string(),
  /** NumericDates (RFC 7519 §2): of the consent, of the last token, and of the IdP's last answer about the person. */
  since: z.number(),
  lastUsed: z.number(),
  checkedAt: z.number(),
});

/** What a person has granted to a client, and what the IdP said of them. */
export type Access = z.infer<typeof access>;

/** The grants of a bridge, by the ids that oidc-provider gives them. */
export interface Grants {
  /** Keeps what the IdP said of a person who grants access to a client. */
  begin(grantId: string, signedIn: SignedIn, client: Pick<Access, 'clientId' | 'clientName'>): Promise<void>;
  find(grantId: string): Promise<Access | undefined>;
  /** Whether tokens of a grant are good still. */
  isLive(grantId: string): Promise<boolean>;
  /** Changes some of it; one that has ended meanwhile stays so. */
  update(grantId: string, changes: Partial<Access>): Promise<void>;
  /** Ends a grant and all that it gave. */
  end(grantId: string): Promise<void>;
  listOf(subject: string): Promise<(Access & { grantId: string })[]>;
}

/** Seconds since the epoch. */
export const now = (): number => Math.floor(Date.now() / 1000);

/** @throws TemporarilyUnavailableError, each of them, when the store cannot be asked. */
export function createGrants(store: Store): Grants {
  const keyOf = (grantId: string) => ({ kind: KIND, id: grantId });
  const keep = (grantId: string, kept: Access) =>
    askStore(() =>
      store.put({
        ...keyOf(grantId),
        value: JSON.stringify(kept),
        lifetime: Math.max(1, kept.since + GRANT_LIFETIME_SECONDS - now()),
        group: grantId,
        owner: kept.subject,
      }),
    );
  return {
    begin: (grantId, { subject, identity, session }, client) => {
      const since = now();
      const times = { since, lastUsed: since, checkedAt: since };
      return keep(grantId, { subject, claims: identity.claims, session, ...client, ...times });
    },
    find: (grantId) =>
      askStore(async () => {
        const record = await store.get(keyOf(grantId));
        return record && access.parse(JSON.parse(record.value));
      }),
    isLive: async (grantId) => (await askStore(() => store.get(keyOf(grantId)))) !== undefined,
    update: (grantId, changes) =>
      askStore(async () => {
        for (;;) {
          const record = await store.get(keyOf(grantId));
          if (record === undefined) return;
          const changed = { ...access.parse(JSON.parse(record.value)), ...changes };
          if (await store.replace(keyOf(grantId), record.value, JSON.stringify(changed))) return;
        }
      }),
    end: (grantId) => askStore(() => store.deleteGroup(grantId)),
    listOf: (subject) =>
      askStore(async () => {
        const records = await store.list(subject);
        return records
          .filter(({ kind }) => kind === KIND)
          .map(({ id, value }) => ({ ...access.parse(JSON.parse(value)), grantId: id }));
      }),
  };
}

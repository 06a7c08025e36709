import type { Logout } from '@mcp-whoami/provider';
import type { Store } from '@mcp-whoami/store';
import { z } from 'zod';
import { askStore } from '../unavailable.ts';
import type { SignedIn } from '../upstream/sign-in.ts';

/** How long access lasts at most after its consent, in seconds; then the person signs in again. */
export const GRANT_LIFETIME_SECONDS = 90 * 86_400;

/** Where the access of one client of one person is kept, beside what oidc-provider keeps of the same grant. */
const KIND = 'access';

/** Where a grant is found by what the IdP's logout tokens name. */
const LOGOUT_KIND = 'logout';

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
  /** Ends what was granted before a logout at the IdP, by its person or in its session. */
  logOut(logout: Logout): Promise<void>;
  /** Has a function called with each grant that this process ends. */
  onEnd(listener: (grantId: string) => void): void;
}

/** Of a grant whose sign-in named no session: it may be of each that its person has. */
const ANY_SESSION = 'any session';

/** What an IdP's logout tokens name, as the owner of what finds a grant by it. */
const logoutOwner = (by: 'subject' | 'session', name: string) => `logout by ${by}: ${name}`;

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
  const find = (grantId: string) =>
    askStore(async () => {
      const record = await store.get(keyOf(grantId));
      return record && access.parse(JSON.parse(record.value));
    });
  const update: Grants['update'] = (grantId, changes) =>
    askStore(async () => {
      for (;;) {
        const record = await store.get(keyOf(grantId));
        if (record === undefined) return;
        const changed = { ...access.parse(JSON.parse(record.value)), ...changes };
        if (await store.replace(keyOf(grantId), record.value, JSON.stringify(changed))) return;
      }
    });
  const listOf: Grants['listOf'] = (subject) =>
    askStore(async () => {
      const records = await store.list(subject);
      return records
        .filter(({ kind }) => kind === KIND)
        .map(({ id, value }) => ({ ...access.parse(JSON.parse(value)), grantId: id }));
    });
  const listeners: ((grantId: string) => void)[] = [];
  const end = async (grantId: string) => {
    await askStore(() => store.deleteGroup(grantId));
    for (const listener of listeners) listener(grantId);
  };
  /** Finds the grant by what the IdP's logout tokens name. */
  const indexForLogout = (grantId: string, by: 'subject' | 'session', name: string, value = '') =>
    askStore(() =>
      store.put({
        kind: LOGOUT_KIND,
        id: JSON.stringify([grantId, by]),
        value,
        lifetime: GRANT_LIFETIME_SECONDS,
        group: grantId,
        owner: logoutOwner(by, name),
      }),
    );
  return {
    begin: async (grantId, { subject, identity, session, isLasting, logoutIds }, client) => {
      if (isLasting) for (const other of await listOf(subject)) await update(other.grantId, { session });
      const since = now();
      const times = { since, lastUsed: since, checkedAt: since };
      if (logoutIds !== undefined) {
        const { subject: name, sessionId } = logoutIds;
        await indexForLogout(grantId, 'subject', name, sessionId === undefined ? ANY_SESSION : '');
        if (sessionId !== undefined) await indexForLogout(grantId, 'session', sessionId);
      }
      await keep(grantId, { subject, claims: identity.claims, session, ...client, ...times });
    },
    find,
    isLive: async (grantId) => (await askStore(() => store.get(keyOf(grantId)))) !== undefined,
    update,
    end,
    onEnd: (listener) => void listeners.push(listener),
    logOut: async ({ subject, sessionId, issuedAt }) => {
      const listed = (by: 'subject' | 'session', name: string | undefined) =>
        name === undefined ? [] : askStore(() => store.list(logoutOwner(by, name)));
      const ofPerson = await listed('subject', subject);
      // With a session only that one (OpenID Connect Back-Channel Logout §2.4), and what may be of it.
      const ended =
        sessionId === undefined
          ? ofPerson
          : [
              ...(await listed('session', sessionId)),
              ...ofPerson.filter(({ value }) => value === ANY_SESSION),
            ];
      for (const { group = '' } of ended) {
        const granted = await find(group);
        if (granted !== undefined && granted.since <= issuedAt) await end(group);
      }
    },
    listOf,
  };
}

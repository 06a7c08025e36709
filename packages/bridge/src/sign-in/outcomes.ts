import type { Store } from '@mcp-whoami/store';
import { z } from 'zod';
import { askStore } from '../unavailable.ts';
import type { SignedIn } from '../upstream/sign-in.ts';

/** How long the browser may take from the callback to the page that ends the sign-in, in seconds. */
const LIFETIME_SECONDS = 10 * 60;

const KIND = 'outcome';

const outcome = z.union([
  z.object({
    signedIn: z.object({
      subject: z.string(),
      session: z.string(),
      isLasting: z.boolean().optional(),
      logoutIds: z.object({ subject: z.string(), sessionId: z.string().optional() }).optional(),
      identity: z.object({
        id: z.string(),
        claims: z.record(z.string(), z.unknown()),
        verifiedEmails: z.array(z.string()),
        groups: z.array(z.string()),
      }),
    }),
  }),
  z.object({ denied: z.string() }),
]);

/** How a person's sign-in at the IdP ended: with who they are, or why they get no access. */
export type Outcome = { signedIn: SignedIn } | { denied: string };

/** What came of the sign-ins at the IdP, by the interaction that waits for it. */
export interface Outcomes {
  put(interaction: string, reached: Outcome): Promise<void>;
  take(interaction: string): Promise<Outcome | undefined>;
}

export function createOutcomes(store: Store): Outcomes {
  const keyOf = (interaction: string) => ({ kind: KIND, id: interaction });
  return {
    put: (interaction, reached) =>
      askStore(() =>
        store.put({ ...keyOf(interaction), value: JSON.stringify(reached), lifetime: LIFETIME_SECONDS }),
      ),
    take: async (interaction) => {
      const record = await askStore(() => store.take(keyOf(interaction)));
      return record && outcome.parse(JSON.parse(record.value));
    },
  };
}

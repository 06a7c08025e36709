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

/** Which sign-in it is: of an interaction, whose cookie a neighbour under the same domain can plant, in a browser. */
export interface SignInPlace {
  interaction: string;
  browser: string;
}

/** What came of the sign-ins at the IdP, for the browser and the interaction that wait for it. */
export interface Outcomes {
  put(place: SignInPlace, reached: Outcome): Promise<void>;
  take(place: SignInPlace): Promise<Outcome | undefined>;
}

export function createOutcomes(store: Store): Outcomes {
  const keyOf = ({ interaction, browser }: SignInPlace) => ({
    kind: KIND,
    id: JSON.stringify([interaction, browser]),
  });
  return {
    put: (place, reached) =>
      askStore(() =>
        store.put({ ...keyOf(place), value: JSON.stringify(reached), lifetime: LIFETIME_SECONDS }),
      ),
    take: async (place) => {
      const record = await askStore(() => store.take(keyOf(place)));
      return record && outcome.parse(JSON.parse(record.value));
    },
  };
}

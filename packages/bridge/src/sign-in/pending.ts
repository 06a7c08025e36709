import { randomBytes } from 'node:crypto';
import type { Store } from '@mcp-whoami/store';
import { z } from 'zod';
import { askStore } from '../unavailable.ts';
import type { UpstreamClient } from '../upstream/sign-in.ts';

/** How long a person may take at the IdP, in seconds. */
const LIFETIME_SECONDS = 10 * 60;

/** 256 bits. */
const STATE_BYTES = 32;

const KIND = 'pending';

const pending = z.object({
  /** The mark of the browser in which it was begun. */
  browser: z.string(),
  /** What it is for: the authorization request of that interaction, or the person's own page. */
  interaction: z.string().optional(),
  secrets: z.record(z.string(), z.string()),
});

/** A sign-in that goes on at the IdP. */
export type Pending = z.infer<typeof pending> & { state: string };

/** The sign-ins that go on at the IdP, by their `state` (RFC 6749 §10.12). */
export interface PendingSignIns {
  /** Begins one, and says where the browser goes. */
  begin(flow: { browser: string; interaction?: string | undefined }): Promise<string>;
  /**
   * Ends one that was begun in a browser: each is given out once. In another browser it stays: whoever has seen the
   * URL of a sign-in could end it.
   */
  take(state: string, browser: string | undefined): Promise<Pending | 'unknown' | 'other browser'>;
}

export function createPendingSignIns(
  store: Store,
  upstream: UpstreamClient,
  redirectUri: string,
): PendingSignIns {
  return {
    begin: async (flow) => {
      const state = randomBytes(STATE_BYTES).toString('base64url');
      const { url, secrets } = await upstream.begin({ state, redirectUri });
      const value = JSON.stringify({ ...flow, secrets });
      await askStore(() => store.put({ kind: KIND, id: state, value, lifetime: LIFETIME_SECONDS }));
      return url;
    },
    take: async (state, browser) => {
      const key = { kind: KIND, id: state };
      const found = await askStore(() => store.get(key));
      if (found === undefined) return 'unknown';
      const flow = pending.parse(JSON.parse(found.value));
      if (flow.browser !== browser) return 'other browser';
      const taken = await askStore(() => store.take(key));
      return taken === undefined ? 'unknown' : { ...flow, state };
    },
  };
}

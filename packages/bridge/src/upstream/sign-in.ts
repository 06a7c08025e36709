import type { Identity, Logout } from '@mcp-whoami/provider';

/** Signs people in at an IdP. Its functions throw {@link UpstreamError}. */
export interface UpstreamClient {
  /** What subjects begin with: `github` of `github:1005`. */
  readonly id: string;
  /** For people: `GitHub`. */
  readonly title: string;
  /** Where the browser is sent after the consent. */
  begin(flow: BegunSignIn): Promise<{ url: string; secrets: UpstreamSecrets }>;
  /** Judges the callback, exchanges the code server to server, and proves who signed in. */
  finish(callback: URLSearchParams, flow: BegunSignIn & { secrets: UpstreamSecrets }): Promise<SignedIn>;
  /**
   * Asks the IdP again who this is, and whether they still may. Never twice at once for one session: an IdP that
   * rotates refresh tokens takes the second question for a theft.
   *
   * @param keep is called, and waited for, when the IdP has replaced a refresh token, before anything else is asked:
   *   the session that was given is worth nothing from then on, whatever comes of the rest.
   */
  revalidate(session: string, keep?: (session: string) => Promise<void>): Promise<SignedIn>;
  /**
   * Validates a logout token of the IdP's (OpenID Connect Back-Channel Logout 1.0); nothing where it has none. Throws
   * what a provider's connection throws for one that is not valid.
   */
  readLogout?: ((logoutToken: string) => Promise<Logout>) | undefined;
}

/** What ties the IdP's answer to one sign-in. */
export interface BegunSignIn {
  /** A random value that is used once. */
  state: string;
  redirectUri: string;
}

/** What nobody but this server may know until the callback: the PKCE verifier (RFC 7636 §4.1) and the nonce. */
export type UpstreamSecrets = Record<string, string>;

/** Somebody whom the IdP has named. */
export interface SignedIn {
  /** `github:1005` */
  subject: string;
  identity: Identity;
  /**
   * What says so: an ID token, an answer of the IdP's API; `grant`: at a question later, the IdP only said that the
   * sign-in still stands, and the identity is as it was before.
   */
  provedBy?: 'id_token' | 'api' | 'grant' | undefined;
  /** What is needed to ask the IdP again. A secret: its keeper seals it. */
  session: string;
  /**
   * The session neither ends by itself nor is replaced, so one serves all that the person grants: the newest, as an
   * IdP may keep only so many (GitHub: ten of a person for an app).
   */
  isLasting?: boolean | undefined;
  /** What the IdP calls the person and their session in its logout tokens. */
  logoutIds?: { subject: string; sessionId?: string | undefined } | undefined;
}

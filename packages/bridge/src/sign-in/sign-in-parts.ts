import type { WarningLogger } from '@mcp-whoami/provider';
import type { Grants } from '../grants/grants.ts';
import type { UpstreamClient } from '../upstream/sign-in.ts';
import type { BrowserCookie } from './browser-cookie.ts';
import type { FormTokens } from './form-token.ts';
import type { Outcomes } from './outcomes.ts';
import type { PendingSignIns } from './pending.ts';

/** What the pages of a sign-in share. */
export interface SignInParts {
  upstream: UpstreamClient;
  pending: PendingSignIns;
  outcomes: Outcomes;
  grants: Grants;
  browsers: BrowserCookie;
  forms: FormTokens;
  /** Of the server, without a slash at the end. */
  publicUrl: string;
  logger: WarningLogger;
}

import type { Middleware } from '@mcp-whoami/authorization-server';
import type { WarningLogger } from '@mcp-whoami/provider';
import type { Store } from '@mcp-whoami/store';
import type { Provider } from 'oidc-provider';
import type { Admission } from '../admission.ts';
import type { Grants } from '../grants/grants.ts';
import { callbackPath } from '../paths.ts';
import type { UpstreamClient } from '../upstream/sign-in.ts';
import type { BrowserCookie } from './browser-cookie.ts';
import { createCallback } from './callback.ts';
import { createConsent } from './consent.ts';
import { createFormTokens } from './form-token.ts';
import { createOutcomes } from './outcomes.ts';
import { createPendingSignIns } from './pending.ts';
import { createPersonalPage } from './personal-page.ts';

export interface SignInOptions {
  provider: Provider;
  store: Store;
  upstream: UpstreamClient;
  grants: Grants;
  admission: Admission;
  browsers: BrowserCookie;
  /** Makes the tokens of forms. */
  formKey: Buffer;
  /** Of the server, without a slash at the end. */
  publicUrl: string;
  logger: WarningLogger;
}

/** The pages on which a person consents, comes back from the IdP, and sees what they granted. */
export function createSignIn(options: SignInOptions): Middleware[] {
  const { provider, store, upstream, grants, admission, browsers, formKey, publicUrl, logger } = options;
  const parts = {
    upstream,
    grants,
    publicUrl,
    logger,
    forms: createFormTokens(formKey),
    browsers,
    pending: createPendingSignIns(store, upstream, `${publicUrl}${callbackPath}`),
    outcomes: createOutcomes(store),
  };
  const personalPage = createPersonalPage({ ...parts, store });
  return [
    createConsent({ ...parts, provider }),
    createCallback({ ...parts, admission, enterPersonalPage: personalPage.enter }),
    personalPage.middleware,
  ];
}

import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { variable } from './environment.ts';
import { createLogoutTokenVerifier, type LogoutPolicy } from './logout-token.ts';
import type { Logouts } from './logouts.ts';
import { commaSeparated } from './resource-server-settings.ts';

/** The variable of a provider whose IdP tells of logouts (OpenID Connect Back-Channel Logout 1.0). */
export const backchannelLogoutVariable = {
  logoutClientIds: variable(
    commaSeparated
      .pipe(z.array(z.string()).min(1, { error: 'client ids separated by commas or spaces' }))
      .optional(),
    {
      description:
        'the clients at the IdP for which it sends logout tokens to `/backchannel-logout` of this server, separated by commas or spaces; turns that endpoint on',
      example: 'mcp-inspector',
      defaultText: 'none',
    },
  ),
};

/**
 * Makes what takes the IdP's logout tokens: a valid one ends, from then on, the tokens of its session or user.
 *
 * The function throws {@link LogoutRefusedError} when the token is no good and {@link VerificationUndecidedError}
 * when the IdP's keys can not be had.
 */
export function createBackchannelLogout(keys: JWTVerifyGetKey, policy: LogoutPolicy, logouts: Logouts) {
  const verify = createLogoutTokenVerifier(keys, policy);
  return async (logoutToken: string): Promise<void> => logouts.record(await verify(logoutToken));
}

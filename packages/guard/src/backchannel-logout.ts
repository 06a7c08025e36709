import {
  isLogoutRefused,
  isVerificationUndecided,
  LogoutRefusedError,
  type ProviderConnection,
} from '@mcp-whoami/provider';
import express, { type RequestHandler, Router } from 'express';
import type { GuardLogger } from './guard-logger.ts';
import { reject } from './rejection.ts';
import { requestDetails } from './request-details.ts';

/** Where the IdP sends its logout tokens. */
export const backchannelLogoutPath = '/backchannel-logout';

/** The largest body, in bytes. */
const BODY_LIMIT = 32 * 1024;

/**
 * Takes logout tokens (OpenID Connect Back-Channel Logout §2.5). The IdP may know this server by another name than
 * its clients do, and its signature is all that counts: this stands before the checks of Host and Origin.
 */
export function createBackchannelLogout(
  backchannelLogout: NonNullable<ProviderConnection['backchannelLogout']>,
  logger: GuardLogger,
): RequestHandler {
  return Router().use(
    (_, response, next) => {
      // §2.8, in every answer.
      response.set('Cache-Control', 'no-store');
      next();
    },
    express.urlencoded({ extended: false, limit: BODY_LIMIT, parameterLimit: 10 }),
    async (request, response) => {
      const logoutToken: unknown = request.body?.logout_token;
      try {
        if (typeof logoutToken !== 'string')
          throw new LogoutRefusedError('expected one `logout_token` in a form');
        await backchannelLogout(logoutToken);
      } catch (error) {
        const undecided = isVerificationUndecided(error);
        if (!undecided && !isLogoutRefused(error)) throw error;
        return reject(request, response, logger, {
          // §2.8 has this status for a logout that failed, whatever the reason.
          status: 400,
          reason: error.code,
          logMessage: `logout token: ${error.logMessage}`,
          body: {
            error: undecided ? 'temporarily_unavailable' : 'invalid_request',
            error_description: error.message,
          },
        });
      }
      logger.info({ ...requestDetails(request, response), reason: 'logged_out' }, 'the IdP told of a logout');
      response.end();
    },
  );
}

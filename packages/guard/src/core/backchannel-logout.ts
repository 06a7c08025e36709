import {
  isLogoutRefused,
  isVerificationUndecided,
  LogoutRefusedError,
  type ProviderConnection,
} from '@mcp-whoami/provider';
import type { Answer, HeaderLine } from './answer.ts';
import type { ReadForm } from './form-body.ts';

/** Where the IdP sends its logout tokens. */
export const backchannelLogoutPath = '/backchannel-logout';

/** The largest body, in bytes. */
const MAX_BODY_BYTES = 32 * 1024;

/** In every answer (OpenID Connect Back-Channel Logout §2.8). */
const headers: readonly HeaderLine[] = [['Cache-Control', 'no-store']];

/** Takes a logout token (OpenID Connect Back-Channel Logout §2.5). */
export async function answerLogout(
  backchannelLogout: NonNullable<ProviderConnection['backchannelLogout']>,
  readForm: ReadForm,
): Promise<Answer> {
  const form = await readForm(MAX_BODY_BYTES);
  if (form === undefined) {
    const message = 'The body is too large';
    return {
      status: 413,
      headers,
      body: { error: 'invalid_request', error_description: message },
      log: { level: 'warn', reason: 'entity.too.large', message },
    };
  }
  const [logoutToken, ...others] = form.getAll('logout_token');
  try {
    if (logoutToken === undefined || others.length > 0)
      throw new LogoutRefusedError('expected one `logout_token` in a form');
    await backchannelLogout(logoutToken);
  } catch (error) {
    const undecided = isVerificationUndecided(error);
    if (!undecided && !isLogoutRefused(error)) throw error;
    return {
      // §2.8 has this status for a logout that failed, whatever the reason.
      status: 400,
      headers,
      body: {
        error: undecided ? 'temporarily_unavailable' : 'invalid_request',
        error_description: error.message,
      },
      log: { level: 'warn', reason: error.code, message: `logout token: ${error.logMessage}` },
    };
  }
  return {
    status: 200,
    headers,
    log: { level: 'info', reason: 'logged_out', message: 'the IdP announced a logout' },
  };
}

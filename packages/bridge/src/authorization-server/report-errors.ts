import { printable, type WarningLogger } from '@mcp-whoami/provider';
import { errors, type Provider } from 'oidc-provider';
import { TemporarilyUnavailableError } from '../unavailable.ts';

/** Characters of a log line at most. */
const MAX_MESSAGE_LENGTH = 1_000;

/** What an operator may read: oidc-provider's own texts, in which there is neither a token nor a code. */
function describe(error: Error): string {
  if (error instanceof TemporarilyUnavailableError) return error.logMessage;
  if (!(error instanceof errors.OIDCProviderError)) return error.message;
  const { error_description: description, error_detail: detail } = error;
  return printable([description, detail].filter(Boolean).join(': '), MAX_MESSAGE_LENGTH);
}

/** Refusals are logged, and failures that are the server's own fault, without what a request brought. */
export function reportErrors(provider: Provider, logger: WarningLogger): void {
  const report = (error: Error) =>
    logger.warn({ reason: 'bridge_error' }, `the bridge failed: ${error.name}: ${error.message}`);
  provider.on('server_error', (_ctx, error) => report(error));
  const refused = (_ctx: unknown, error: Error) => logger.warn({ reason: error.message }, describe(error));
  provider.on('authorization.error', refused);
  provider.on('grant.error', refused);
  provider.on('registration_create.error', refused);
  provider.on('revocation.error', refused);
  // Koa's own writes to the console; what is exposed is the request's fault, and was answered.
  provider.onerror = (error) => {
    if (!('expose' in error && error.expose)) report(error);
  };
}

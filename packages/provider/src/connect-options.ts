import type { NameOf } from '@mcp-whoami/environment';
import type { Resources } from './resources.ts';
import type { WarningLogger } from './warning-logger.ts';

/** What every connection is made for. */
export interface ConnectOptions {
  /** The URLs of this server's protected resources, the audience of its tokens (RFC 8707). */
  resources: Resources;
  /** Takes the warnings of a running connection, as pino does; warnings of the process (`process.emitWarning`) otherwise. */
  logger?: WarningLogger | undefined;
  /**
   * The URL under which clients reach this server, with its path and without a slash at the end; the origin of the
   * first resource otherwise. It is the issuer (RFC 8414 §2) of metadata that this server publishes itself.
   */
  publicUrl?: string | undefined;
  /** What is unsafe is refused, not warned about. `NODE_ENV=production` in an environment says it too. */
  production?: boolean | undefined;
}

/** What a provider's declaration is given to connect with. */
export interface ConnectionContext extends ConnectOptions {
  /** How messages name a setting. */
  nameOf: NameOf;
}

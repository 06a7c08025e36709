import type { Environment } from '@mcp-whoami/environment';
import type { Provider, ProviderConnection } from '@mcp-whoami/provider';
import type { Finding } from './finding.ts';

/** Where the identity provider is, as far as the variables say it. */
export interface IdpAddress {
  issuer: string;
  /** Where its metadata is from here, when the issuer cannot be reached from here. */
  discoveryUrl: string | undefined;
  /** Where the issuer is known only by its metadata: which ones it may be. */
  acceptsIssuer?: ((issuer: string) => boolean) | undefined;
}

/** What the environment configures, as far as it can be read. Disposing of it ends the connection. */
export interface Subject extends AsyncDisposable {
  environment: Environment;
  /** Without a slash at the end; nothing where the port is any free one. */
  publicUrl: string | undefined;
  /** What clients ask tokens for. */
  resource: string | undefined;
  /** Nothing for `PROVIDER=none`, or where `PROVIDER` cannot be read. */
  provider: Provider | undefined;
  /** The authorization server of the clients is in the server's own process: its tokens can be judged only there. */
  isEmbedded: boolean;
  idp: IdpAddress | undefined;
  /** As the server itself would connect; nothing where that fails. */
  connection: ProviderConnection | undefined;
  /** The variables can be read, but connecting fails: why is among the findings. */
  cannotConnect: boolean;
  /** What was found on the way here. */
  findings: readonly Finding[];
}

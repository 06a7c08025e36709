import type { ProviderConnection } from '@mcp-whoami/provider';

/** What people who connect a client should know of how it signs in. */
export interface SignInFacts {
  /** Of the tokens, byte for byte. */
  issuer: string;
  /** The `aud` values that are accepted on purpose; nothing: the resource that is called. */
  audience: readonly string[] | undefined;
  /** Whether a client may register by itself (RFC 7591). */
  registers: boolean;
  /** Whether a document of its own tells who a client is (Client ID Metadata Documents). */
  clientDocuments: boolean;
  /** Whether this server is the authorization server of its clients. */
  isBridge: boolean;
}

/** These facts of a connection, by the metadata that clients are told. */
export function signInFacts(
  { issuer, about, published }: Pick<ProviderConnection, 'issuer' | 'about' | 'published'>,
  isBridge = false,
): SignInFacts {
  const { registration_endpoint: endpoint, client_id_metadata_document_supported: documents } =
    published.metadata;
  return {
    issuer,
    audience: about.audience,
    registers: typeof endpoint === 'string' && endpoint !== '',
    clientDocuments: documents === true,
    isBridge,
  };
}

/** Whether a client has to be given a client id that somebody registered at the IdP. */
export function needsClientId({ registers, clientDocuments }: SignInFacts): boolean {
  return !registers && !clientDocuments;
}

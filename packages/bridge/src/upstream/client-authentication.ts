import type { Upstream } from '@mcp-whoami/provider';
import { type ClientAuth, ClientSecretPost } from 'oauth4webapi';

/**
 * How the bridge authenticates as a client (RFC 6749 §2.3.1). oauth4webapi's own Basic encodes `-`, `.` and `_` too,
 * which are in many client ids, and an IdP that does not decode would not know them.
 */
export function authenticationOf({
  clientAuth,
  clientId,
  clientSecret,
}: Pick<Upstream, 'clientAuth' | 'clientId' | 'clientSecret'>): ClientAuth {
  if (clientAuth === 'client_secret_post') return ClientSecretPost(clientSecret);
  const credentials = [clientId, clientSecret].map(formEncode).join(':');
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return (_as, _client, _body, headers) => headers.set('authorization', authorization);
}

function formEncode(text: string): string {
  // Entra ID has `~` in its secrets; it means the same both ways.
  return new URLSearchParams({ text }).toString().slice('text='.length).replaceAll('%7E', '~');
}

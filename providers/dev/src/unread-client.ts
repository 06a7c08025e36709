import { randomUUID } from 'node:crypto';
import { type Client, type FetchDocument, isLoopbackRedirect } from '@mcp-whoami/authorization-server';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';

/** How long oidc-provider goes on with a stand-in before the document is asked for again. */
const STAND_IN_SECONDS = 60;

/** "It is not here to be had", as opposed to "there is none": a gateway, a challenge for browsers, an outage. */
const NO_ANSWER = new Set([401, 403, 407, 408, 429]);

/**
 * Takes clients whose metadata document can't be fetched, as on a machine without internet: a program on this
 * machine that may register itself anyway gains nothing by naming a document instead. It is a public client, called
 * by the document's host, and may be answered on loopback only. A document that can be fetched and is refused stays
 * refused, as does one that the fetch was not allowed to ask for.
 *
 * Only for a server with open registration (draft-ietf-oauth-client-id-metadata-document: a server SHOULD abort).
 */
export function createUnreadClients(fetchDocument: FetchDocument) {
  // Instead of redirect URIs, which the document would have named. Nobody can guess it, so no document has it.
  const standInRedirect = `http://127.0.0.1/${randomUUID()}`;
  const isUnread = (client: Client) => client.redirectUris?.includes(standInRedirect) ?? false;

  const fetchOrStandIn: FetchDocument = async (input, init) => {
    const response = await fetchDocument(input, init).catch((error: unknown) => {
      if (isOutOfReach(error)) return undefined;
      throw error;
    });
    if (response && response.status < 500 && !NO_ANSWER.has(response.status)) return response;
    const id = String(input);
    return Response.json(
      {
        client_id: id,
        client_name: new URL(id).host,
        redirect_uris: [standInRedirect],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
      },
      { headers: { 'cache-control': `max-age=${STAND_IN_SECONDS}` } },
    );
  };

  /** For `allowClient`: gives a stand-in the redirect URI of its own request. */
  function allowClient(ctx: KoaContextWithOIDC | undefined, client: Client): boolean {
    const redirectUri = ctx?.query.redirect_uri;
    if (!isUnread(client) || redirectUri === undefined) return true;
    if (typeof redirectUri !== 'string' || !isLoopbackRedirect(redirectUri)) {
      throw new errors.InvalidClient(
        'client_id metadata document fetch failed',
        'without the document only a loopback redirect_uri is accepted',
      );
    }
    // A client of a document is made anew for each request.
    Object.assign(client, { redirectUris: [redirectUri] });
    return true;
  }

  return { fetch: fetchOrStandIn, allowClient, isUnread };
}

/**
 * Whether a fetch failed for want of an answer: a time-out, or an error of the system, of TLS or of the connection,
 * which all have a code. A connection that oidc-provider closed, because the name led to this machine or its network,
 * has none.
 */
function isOutOfReach(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'TimeoutError') return true;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string';
}

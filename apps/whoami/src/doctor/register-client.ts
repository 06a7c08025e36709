import { z } from 'zod';
import { type Finding, ok } from './finding.ts';
import { networkFailure } from './network-failure.ts';
import { idpErrorOf } from './oauth-error.ts';
import { jsonOf, outcomeOf, probe } from './probe.ts';

/** A client that was registered. */
export interface RegisteredClient {
  id: string;
  /** Takes it away again, where the IdP has a way for that (RFC 7592 §2.3). */
  remove(): Promise<void>;
}

const registered = z.object({
  client_id: z.string().min(1),
  token_endpoint_auth_method: z.string().optional(),
  registration_client_uri: z
    .url({ protocol: /^https?$/ })
    .optional()
    .catch(undefined),
  registration_access_token: z.string().optional().catch(undefined),
});

/** What people see at the IdP. */
const CLIENT_NAME = 'mcp-whoami doctor';

/** Registers a public client, as MCP clients on somebody's machine do (RFC 7591 §3.1, RFC 8252 §7.3). */
export async function registerClient(
  endpoint: string,
  redirectUri: string,
): Promise<{ client?: RegisteredClient; finding: Finding }> {
  const asked = await probe(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: CLIENT_NAME,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    }),
  });
  const id = 'registration.tried';
  const parsed = registered.safeParse(jsonOf(asked));
  if (asked.answer === undefined || asked.answer.status >= 300 || !parsed.success) {
    const error = idpErrorOf(jsonOf(asked));
    const mend = networkFailure(asked.error)?.mend ?? refusalMend(asked.answer?.status);
    const title = `It registers no public client with a loopback redirect URI: ${outcomeOf(asked)}${error === undefined ? '' : ` (${error})`}.`;
    const why = 'A client that is given nothing but the URL stops here.';
    return { finding: { id, severity: 'error', title, why, mend } };
  }
  const { client_id, token_endpoint_auth_method: method = 'none' } = parsed.data;
  const { registration_client_uri: uri, registration_access_token: token } = parsed.data;
  const client = {
    id: client_id,
    remove: async () => {
      if (uri === undefined || token === undefined) return;
      // The token is for the IdP alone.
      if (new URL(uri).origin !== new URL(endpoint).origin) return;
      await probe(uri, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    },
  };
  if (method !== 'none') {
    return {
      client,
      finding: {
        id,
        severity: 'warning',
        title: 'It registers a client that needs a secret, though one without was asked for.',
        why: 'Clients that cannot keep a secret may stop here.',
        mend: ['Allow public clients to register (token_endpoint_auth_method "none").'],
      },
    };
  }
  return { client, finding: ok(id, `It registers a public client (“${CLIENT_NAME}”).`) };
}

function refusalMend(status: number | undefined): readonly string[] {
  if (status === 401 || status === 403) {
    return [
      'It registers no strangers: switch open (anonymous) registration on there. In Keycloak: Clients > Client registration > Trusted Hosts, add the host of the redirect URI.',
      'Or let this server register clients: BRIDGE=true',
    ];
  }
  return ['Look into the identity provider’s log: it says why.'];
}

import { authorize } from './authorize.ts';
import { listenForCallback } from './callback.ts';
import type { Evidence } from './check.ts';
import { type Finding, skipped } from './finding.ts';
import { registerClient } from './register-client.ts';

/** What a sign-in needs of the outside. */
export interface SignInOptions {
  clientId: string | undefined;
  /** Shows a person where to sign in. */
  show(authorizationUrl: URL): void;
}

/** What came of a sign-in. */
export interface SignInResult {
  token?: string | undefined;
  findings: readonly Finding[];
}

/** Signs in as an MCP client does: a client id, PKCE (RFC 7636), a loopback redirect (RFC 8252 §7.3), `resource` (RFC 8707). */
export async function signIn({ view, subject }: Evidence, options: SignInOptions): Promise<SignInResult> {
  const { metadata, reach } = view ?? {};
  const { resource } = subject;
  if (!metadata?.authorization_endpoint || !metadata.token_endpoint || !reach || resource === undefined) {
    return { findings: [skipped('sign-in', 'A sign-in.', 'The endpoints for it are not known: see above.')] };
  }
  await using callback = await listenForCallback();
  const { redirectUri } = callback;
  const findings: Finding[] = [];
  let clientId = options.clientId;
  await using cleanup = new AsyncDisposableStack();
  if (clientId === undefined) {
    const { registration_endpoint: endpoint } = metadata;
    if (endpoint === undefined) {
      const why = 'The identity provider registers no clients.';
      return {
        findings: [skipped('sign-in', 'A sign-in.', why, ['mcp-whoami doctor --sign-in --client-id <id>'])],
      };
    }
    const { client, finding } = await registerClient(reach(endpoint), redirectUri);
    findings.push(finding);
    if (client === undefined) return { findings };
    cleanup.defer(client.remove);
    clientId = client.id;
  }
  const scope = subject.connection?.scopes.join(' ') ?? '';
  const signedIn = await authorize(metadata, reach, {
    callback,
    clientId,
    resource,
    scope,
    show: options.show,
  });
  return { ...signedIn, findings: [...findings, ...signedIn.findings] };
}

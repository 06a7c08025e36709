import type { Check, Evidence } from '../check.ts';
import { type Finding, ok, skipped } from '../finding.ts';
import type { DoctorOptions } from '../options.ts';
import { registerClient } from '../register-client.ts';

/** Any port of this machine: nothing is sent there. */
const SOME_REDIRECT_URI = 'http://127.0.0.1:33418/callback';

/** Whether a client that is given nothing but the URL gets a client id (RFC 7591; Client ID Metadata Documents). */
export function registrationCheck({ register, signIn, clientId }: DoctorOptions): Check {
  return {
    title: 'Registration of clients',
    run: async ({ view, subject, answers }: Evidence) => {
      const { metadata, isOwn = false, reach } = view ?? {};
      if (metadata === undefined || reach === undefined) {
        return [skipped('registration', 'Whether clients can register.', 'No metadata says it.')];
      }
      const { registration_endpoint: endpoint, client_id_metadata_document_supported: documents } = metadata;
      const byDocument = documents
        ? [ok('registration.document', 'Clients may be known by the URL of a document (CIMD).')]
        : [];
      if (endpoint === undefined)
        return [...byDocument, ...(documents ? [] : [noRegistration(subject.isEmbedded)])];
      const offered = ok('registration.offered', 'It offers registration (RFC 7591).');
      if (!register || (isOwn && answers?.isUp !== true)) {
        // A sign-in registers a client of its own.
        const done = signIn && clientId === undefined;
        const why =
          isOwn && answers?.isUp !== true ? 'The server is not up.' : 'It would leave a client there.';
        const tried = skipped('registration.tried', 'Whether it registers a public client.', why, [
          'mcp-whoami doctor --register',
        ]);
        return [...byDocument, offered, ...(done ? [] : [tried])];
      }
      const { client, finding } = await registerClient(reach(endpoint), SOME_REDIRECT_URI);
      await client?.remove();
      return [...byDocument, offered, finding];
    },
  };
}

function noRegistration(isBridge: boolean): Finding {
  return {
    id: 'registration.none',
    severity: 'warning',
    title: 'The identity provider registers no clients (no registration_endpoint, no CIMD).',
    why: 'A client that is given nothing but the URL stops here: it needs a client id.',
    mend: [
      'Register a public client there (no secret, PKCE), and give its id to each MCP client; `--sign-in --client-id <id>` tries it.',
      ...(isBridge ? [] : ['Or let this server register clients and sign people in: BRIDGE=true']),
    ],
  };
}

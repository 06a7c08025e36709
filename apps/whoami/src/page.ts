import type { ProviderConnection } from '@mcp-whoami/provider';
import { createSignInPage, type SignInPage } from '@mcp-whoami/sign-in-page';
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/sdk/types.js';
import { connectInstructions } from './connect-instructions.ts';
import { STATELESS_REVISION } from './protocol-era.ts';
import { needsClientId, signInFacts } from './sign-in-facts.ts';

/** What guards the server, without a connection while the IdP is waited for; nothing for `PROVIDER=none`. */
export type PageGuard = { title: string; connection?: ProviderConnection } | undefined;

/** The page for people at `/`. */
export function createPage(
  publicUrl: string,
  resources: [mcp: string, sse: string],
  guard: PageGuard,
): SignInPage {
  const known = guard === undefined ? '' : ', as its identity provider knows you';
  return createSignInPage({
    title: 'whoami',
    description: `Its one tool tells you who you are${known}.`,
    publicUrl,
    resources,
    connection: guard === undefined ? 'none' : (guard.connection ?? 'waiting'),
    providerTitle: guard?.title ?? 'none: nobody has to sign in (PROVIDER=none)',
    tool: 'whoami',
    revisions: [STATELESS_REVISION, ...SUPPORTED_PROTOCOL_VERSIONS],
    connectInstructions: connectInstructions(resources[0], {
      clientIdNeeded: guard?.connection !== undefined && needsClientId(signInFacts(guard.connection)),
    }),
  });
}

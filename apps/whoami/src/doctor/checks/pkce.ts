import { type Finding, ok } from '../finding.ts';
import type { ClientMetadata } from '../view/clients-view.ts';

const FIELD = 'code_challenge_methods_supported';

/** Whether a warning of the start is about PKCE: the finding here says it with all that follows. */
export function isAboutPkce(warning: string): boolean {
  return warning.includes(FIELD);
}

/** What clients are told of PKCE (RFC 7636), and what the start says about that. */
export function pkceFinding(metadata: ClientMetadata, warnings: readonly string[]): Finding {
  const offered = metadata[FIELD]?.includes('S256') === true;
  const [said] = warnings.filter(isAboutPkce);
  if (offered && said === undefined) return ok('metadata.s256', 'It offers PKCE with S256.');
  if (offered) return { id: 'metadata.s256', severity: 'warning', title: `About PKCE: ${said}.` };
  return {
    id: 'metadata.s256',
    severity: 'error',
    title: `The metadata does not list S256 in ${FIELD}.`,
    why: said ?? 'The MCP specification has clients stop at that.',
    mend: [
      'Switch PKCE with S256 on at the identity provider, and have its metadata say so.',
      'Or: BRIDGE=true',
    ],
  };
}

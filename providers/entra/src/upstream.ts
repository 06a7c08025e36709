import type { Upstream } from '@mcp-whoami/provider';
import { identifyAtEntra } from './identity.ts';
import { tenantId } from './tenant.ts';

/** What of the options says where the tenant is and who this server is there. */
export interface EntraSettings {
  tenant: string;
  authority: string;
  clientId: string;
  clientSecret: string;
  clientAuth: Upstream['clientAuth'];
}

/** A tenant of Entra ID, by what Microsoft's documentation says of it. */
export function entraUpstream({
  tenant,
  authority,
  clientId,
  clientSecret,
  clientAuth,
}: EntraSettings): Upstream {
  return {
    id: 'entra',
    title: 'Entra ID',
    server: {
      kind: 'oidc',
      issuer: `${authority}/${tenant}/v2.0`,
      // The metadata under a domain says the issuer by the id.
      ...(tenantId.test(tenant) ? {} : { acceptsIssuer: (issuer) => isTenantOf(authority, issuer) }),
      identify: identifyAtEntra,
    },
    clientId,
    clientSecret,
    clientAuth,
    // Not of the metadata: without offline access nobody could be asked about again.
    scopes: ['openid', 'profile', 'email', 'offline_access'],
  };
}

function isTenantOf(authority: string, issuer: string): boolean {
  const [id, ...others] = issuer.startsWith(`${authority}/`)
    ? issuer.slice(authority.length + 1).split('/')
    : [];
  return id !== undefined && tenantId.test(id) && others.join('/') === 'v2.0';
}

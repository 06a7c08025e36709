import type { IdTokens } from '../id-tokens.ts';
import type { Issued } from '../issued.ts';
import type { Upstream } from '../upstream-stand-in.ts';
import { type EntraAccount, entraConsumers } from './account.ts';

export type EntraToken = { key: string; scopes: readonly string[] };

export type EntraCode = EntraToken & {
  redirectUri: string;
  challenge: string | null;
  nonce: string | null;
};

/** What the endpoints of one Entra-like stand-in share. */
export type Entra = Upstream<EntraAccount> & {
  resourceError: 'AADSTS901002' | 'AADSTS9010010';
  codes: Issued<EntraCode>;
  accessTokens: Issued<EntraToken>;
  refreshTokens: Issued<EntraToken>;
  idTokens: IdTokens;
};

/** Whether an account may sign in at this tenant, which may be one of the names for many of them. */
export const isOfTenant = (tenant: string, { tid }: EntraAccount): boolean => {
  if (tenant === 'common') return true;
  if (tenant === 'organizations') return tid !== entraConsumers;
  return tid === (tenant === 'consumers' ? entraConsumers : tenant);
};

/** The issuer that the metadata of a tenant names: for many tenants it is a template. */
export const issuerOf = (origin: string, tenant: string): string => {
  const isMany = tenant === 'common' || tenant === 'organizations';
  return `${origin}/${isMany ? '{tenantid}' : tenant === 'consumers' ? entraConsumers : tenant}/v2.0`;
};

/** The tenant in a path: `/<tenant>/oauth2/v2.0/token`. */
export const tenantOf = ({ pathname }: URL): string => pathname.split('/')[1] ?? '';

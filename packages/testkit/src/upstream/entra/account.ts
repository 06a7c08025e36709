import { ada, grace } from '../../accounts.ts';
import type { UpstreamAccount } from '../people.ts';

/** The tenant of an Entra-like stand-in that is told no other. */
export const entraTenant = '8a7c1f0e-5d2b-4c3a-9e6f-0b1d2c3e4f5a';

/** The tenant of everybody who has a Microsoft account of their own. */
export const entraConsumers = '9188040d-6c67-4c5b-b112-36a304b66dad';

/** An account of an Entra-like stand-in, by the claims of its ID token. */
export type EntraAccount = UpstreamAccount & {
  oid: string;
  tid: string;
  name: string;
  preferred_username: string;
  /** What anybody typed, unless `xms_edov` is true. */
  email?: string;
  /** Whether the domain of the address is its owner's; no claim unless told. */
  xms_edov?: boolean;
  /** Ids of groups. More than 200 are not in the token: it says where to ask for them. */
  groups?: readonly string[];
  roles?: readonly string[];
};

export const adaAtEntra: EntraAccount = {
  oid: '6f1d3b52-2a7e-4c0b-8d3f-1a5b7c9d0e11',
  tid: entraTenant,
  name: ada.name,
  preferred_username: ada.email,
  email: ada.email,
  xms_edov: true,
  groups: ['2f4a6c8e-0b1d-4e3f-a5c7-9d8b7a6f5e4d'],
  roles: ['Engineer'],
};

export const graceAtEntra: EntraAccount = {
  oid: '7a2e4c63-3b8f-4d1c-9e40-2b6c8daf1f22',
  tid: entraTenant,
  name: grace.name,
  preferred_username: grace.email,
  email: grace.email,
};

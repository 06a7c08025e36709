import { z } from 'zod';

/** A tenant by its id (a GUID). */
export const tenantId = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

const domain = /^[a-z\d-]+(\.[a-z\d-]+)+$/;

/** Endpoints for people of any tenant: anybody can make one, and write in its directory whatever they like. */
const ofManyTenants = ['common', 'organizations', 'consumers'];

/** One tenant, in lower case. */
export const tenant = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine((text) => !ofManyTenants.includes(text), {
    error:
      'one tenant, by its id or a domain: with common, organizations or consumers anybody who has, or makes, a tenant of their own could sign in',
  })
  .refine((text) => ofManyTenants.includes(text) || tenantId.test(text) || domain.test(text), {
    error: 'the id of a tenant (a GUID: Overview of the Microsoft Entra admin center), or one of its domains',
  });

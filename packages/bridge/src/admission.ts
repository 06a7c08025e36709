import { setting } from '@mcp-whoami/environment';
import type { Identity } from '@mcp-whoami/provider';
import { z } from 'zod';
export interface Admission {
  admit(subject: string, identity: Identity): boolean;
}
export const createAdmission = (_: unknown): Admission => ({ admit: () => true });
export const allowedUsersSetting = setting(z.array(z.string()).optional(), {
  description: 'x',
  example: 'y',
});
export const allowedGroupsSetting = setting(z.array(z.string()).optional(), {
  description: 'x',
  example: 'y',
});

import { crossCheck, setting, wholeNumber } from '@mcp-whoami/environment';
import { z } from 'zod';
import { allowedGroupsSetting, allowedUsersSetting } from './admission.ts';

/** A store that ends with the process. */
const MEMORY = 'memory:';

/** As much as the keys that are made of it, in bytes. */
const MIN_SECRET_BYTES = 32;

/** In a shell: a value that stood here would be everybody's. */
const secretExample = '"$(openssl rand -base64 32)"';

/** The options of every bridge, whichever IdP is behind it; their variables have no prefix. */
export const bridgeFields = {
  allowedUsers: allowedUsersSetting,
  allowedGroups: allowedGroupsSetting,
  storeUrl: setting(z.string().optional(), {
    description:
      'what keeps grants: `memory:` (until the process ends), `sqlite:<file>` or `redis[s]://…` (Valkey or Redis, for any number of processes)',
    example: 'sqlite:./whoami.db',
    defaultText: MEMORY,
    secret: true,
    unprefixed: true,
  }),
  bridgeSecret: setting(
    z
      .array(z.string())
      .refine((secrets) => secrets.every((secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES), {
        error: `at least ${MIN_SECRET_BYTES} random bytes, or two such secrets with a comma between: the new one, the old one`,
      })
      .optional(),
    {
      description:
        'seals what the store keeps, 32 random bytes or more (`openssl rand -base64 32`); `new,old` rotates it, and at the start after that `old` may go. Without it `memory:` makes one at each start',
      example: secretExample,
      defaultText: 'made at each start; required with another store than `memory:`',
      secret: true,
      unprefixed: true,
    },
  ),
  bridgeAccessTokenLifetime: setting(
    wholeNumber('whole seconds from 60 to 86400', 60, 86_400).default(3_600),
    { description: 'seconds for which an access token is good', example: '600', unprefixed: true },
  ),
  bridgeClientDocuments: setting(z.boolean({ error: 'true or false' }).default(true), {
    description:
      '`false`: clients are not promised that a document of theirs is fetched (Client ID Metadata Documents), and register; for a server without internet',
    example: 'false',
    unprefixed: true,
  }),
};

/** The rules about several of them. */
export const bridgeRules = [
  crossCheck(
    'bridgeSecret',
    'a secret of its own, which outlives the process as {storeUrl} does',
    ({ bridgeSecret, storeUrl }) =>
      bridgeSecret !== undefined || storeUrl === undefined || storeUrl === MEMORY,
  ),
];

export const bridgeSettings = z.object(bridgeFields).check(...bridgeRules);

export type BridgeOptions = z.input<typeof bridgeSettings>;
export type BridgeSettings = z.output<typeof bridgeSettings>;

/** What is refused in production, for what it would mean there. */
export const refusedInProduction: readonly {
  field: keyof BridgeSettings;
  applies(settings: BridgeSettings): boolean;
  expected: string;
  example: string;
}[] = [
  {
    field: 'allowedUsers',
    applies: ({ allowedUsers, allowedGroups }) => allowedUsers === undefined && allowedGroups === undefined,
    expected:
      'who may come, in this or in {allowedGroups}: otherwise everybody who has an account at the IdP, which may be the whole world, is let in; `*` says that on purpose',
    example: '@example.com',
  },
  {
    field: 'storeUrl',
    applies: ({ storeUrl }) => storeUrl === undefined,
    expected:
      'a store that outlives the process: otherwise each restart signs everybody out; `memory:` says that on purpose',
    example: 'sqlite:/var/lib/whoami/store.db',
  },
];

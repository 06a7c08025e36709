import type { ConnectV2Options } from '@mcp-whoami/testkit/clients';

/** How SDK v2 can be told which revision to speak, and which one it then speaks with this server. */
export const modes: [string, NonNullable<ConnectV2Options['versions']>, string][] = [
  ['shakes hands as of old', 'legacy', '2025-11-25'],
  ['looks which is newest', 'auto', '2026-07-28'],
  ['is pinned to 2026-07-28', { pin: '2026-07-28' }, '2026-07-28'],
];

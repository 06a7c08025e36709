import type { StandIn } from '@mcp-whoami/testkit';

/** The variables of the server's own client at an IdP, by which it introspects. */
export const clientOf = (
  { introspectionClient: { clientId, clientSecret } }: StandIn,
  prefix = 'OIDC',
): Record<string, string> => ({
  [`${prefix}_CLIENT_ID`]: clientId,
  [`${prefix}_CLIENT_SECRET`]: clientSecret,
});

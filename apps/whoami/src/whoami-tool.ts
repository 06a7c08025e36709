import { isAccessTokenInfo } from '@mcp-whoami/provider';

/** Who calls, as the guard found out: the claims of the user, `sub` first. */
export interface Caller {
  claims: Readonly<Record<string, unknown>>;
}

/** The tool of this server, apart from any transport and any version of the protocol's SDK. */
export const whoamiTool = {
  name: 'whoami',
  title: 'Who am I?',
  description: 'Says who the caller is: the claims of the signed-in user, as the identity provider has them.',
  annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  /** The answer to a caller; without authentication there is none. */
  call: (caller: Caller | undefined): Record<string, unknown> =>
    caller === undefined ? { error: 'Not authenticated' } : caller.claims,
};

const { call, ...description } = whoamiTool;

/** The tool in `tools/list`, of every revision of MCP. */
export const listedTool = { ...description, inputSchema: { type: 'object' as const, properties: {} } };

/**
 * What `tools/call` answers, in every revision of MCP.
 *
 * @param authInfo what an SDK hands on of the request's token.
 */
export function resultFor(authInfo: unknown) {
  const answer = call(isAccessTokenInfo(authInfo) ? authInfo : undefined);
  return { content: [{ type: 'text' as const, text: JSON.stringify(answer) }], structuredContent: answer };
}

import type { OAuthDiscoveryState } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import type { JsonObject } from '../json.ts';
import { type ConnectOptions, codeOf, createOAuthSession } from './oauth-session.ts';
import { objectOf } from './tool-result.ts';

export type ConnectV1Options = ConnectOptions<OAuthTokens, OAuthClientInformationMixed> & {
  /** `http` unless told; `sse` is the deprecated HTTP+SSE transport. */
  transport?: 'http' | 'sse';
};

export type ConnectedV1 = {
  client: Client;
  tokens: () => OAuthTokens | undefined;
  registeredClient: () => OAuthClientInformationMixed | undefined;
  /** One for each sign-in, the latest last. */
  authorizations: readonly URL[];
  callTool: (name: string, args?: JsonObject) => Promise<unknown>;
  callWhoami: () => Promise<JsonObject>;
  listTools: () => Promise<string[]>;
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** The client of MCP SDK v1, connected with complete OAuth, given nothing but the server's URL. */
export const connectSdkV1 = async (
  url: URL | string,
  { transport: kind = 'http', ...options }: ConnectV1Options = {},
): Promise<ConnectedV1> => {
  const session = createOAuthSession<OAuthTokens, OAuthClientInformationMixed, OAuthDiscoveryState>(options);
  const createTransport = () => {
    const settings = { authProvider: session.provider };
    return kind === 'sse'
      ? new SSEClientTransport(new URL(url), settings)
      : new StreamableHTTPClientTransport(new URL(url), settings);
  };
  let transport = createTransport();
  const finish = (callback: URL) => transport.finishAuth(codeOf(callback));

  const client = await session.withSignIn(finish, async () => {
    // A transport starts once; the one that was refused has kept where the metadata is for finishAuth.
    transport = createTransport();
    const fresh = new Client({ name: 'testkit-v1', version: '1.0.0' });
    await fresh.connect(transport);
    return fresh;
  });
  const callTool = (name: string, args: JsonObject = {}) =>
    session.withSignIn(finish, () => client.callTool({ name, arguments: args }));

  return {
    client,
    tokens: session.provider.tokens,
    registeredClient: session.provider.clientInformation,
    authorizations: session.authorizations,
    callTool,
    callWhoami: async () => objectOf(await callTool('whoami')),
    listTools: async () => {
      const { tools } = await session.withSignIn(finish, () => client.listTools());
      return tools.map(({ name }) => name);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
};

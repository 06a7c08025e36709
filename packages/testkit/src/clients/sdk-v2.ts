import {
  Client,
  type OAuthDiscoveryState,
  SSEClientTransport,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import type { JsonObject } from '../json.ts';
import { type ConnectOptions, createOAuthSession } from './oauth-session.ts';
import { objectOf } from './tool-result.ts';

export type ConnectV2Options = ConnectOptions<StoredOAuthTokens, StoredOAuthClientInformation> & {
  /** `http` unless told; `sse` is the deprecated HTTP+SSE transport. */
  transport?: 'http' | 'sse';
  /** `auto` unless told: 2026-07-28 where the server speaks it, else the older handshake. */
  versions?: VersionNegotiationMode;
};

export type ConnectedV2 = {
  client: Client;
  tokens: () => StoredOAuthTokens | undefined;
  registeredClient: () => StoredOAuthClientInformation | undefined;
  /** One for each sign-in, the latest last. */
  authorizations: readonly URL[];
  callTool: (name: string, args?: JsonObject) => Promise<unknown>;
  callWhoami: () => Promise<JsonObject>;
  listTools: () => Promise<string[]>;
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** The client of MCP SDK v2, connected with complete OAuth, given nothing but the server's URL. */
export const connectSdkV2 = async (
  url: URL | string,
  { transport: kind = 'http', versions = 'auto', ...options }: ConnectV2Options = {},
): Promise<ConnectedV2> => {
  const session = createOAuthSession<StoredOAuthTokens, StoredOAuthClientInformation, OAuthDiscoveryState>(
    options,
  );
  const createTransport = () => {
    const settings = { authProvider: session.provider };
    return kind === 'sse'
      ? new SSEClientTransport(new URL(url), settings)
      : new StreamableHTTPClientTransport(new URL(url), settings);
  };
  let transport = createTransport();
  // The whole callback: this SDK judges the `iss` in it (RFC 9207) and turns its `error` into one of its own.
  const finish = (callback: URL) => transport.finishAuth(callback.searchParams);

  const client = await session.withSignIn(finish, async () => {
    // A transport starts once; the one that was refused has kept where the metadata is for finishAuth.
    transport = createTransport();
    const fresh = new Client(
      { name: 'testkit-v2', version: '1.0.0' },
      { versionNegotiation: { mode: versions } },
    );
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

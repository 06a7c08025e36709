import type { ProviderConnection } from '@mcp-whoami/provider';

/** What the page needs of a connection. */
export type PageConnection = Pick<ProviderConnection, 'issuer' | 'published' | 'advice' | 'about'>;

/** How one client is connected. */
export interface ConnectInstruction {
  client: string;
  /** A command for a shell. */
  command?: string;
  /** What is pasted into the client: its configuration or the URL. */
  paste?: string;
  /** What the client's own installer opens. */
  link?: string;
  /** Where to paste it, or what to know first. */
  note?: string;
}

export interface SignInPageOptions {
  /** The server's name. */
  title: string;
  /** What the server does, in a sentence. */
  description?: string;
  /** What clients use, with its path and without a slash at the end. */
  publicUrl: string;
  /** The URLs of the protected resources: of Streamable HTTP, which the page calls, and of HTTP+SSE. */
  resources: readonly [mcp: string, sse?: string];
  /** What guards the server; `waiting` while the IdP cannot be reached, `none` where nobody has to sign in. */
  connection: PageConnection | 'waiting' | 'none';
  /** What the IdP is called. */
  providerTitle: string;
  /** A tool without arguments that says who the caller is. Otherwise the page lists the tools. */
  tool?: string;
  /** The revisions of MCP that the server serves. Without them the page says which one it spoke when it has called. */
  revisions?: readonly string[];
  connectInstructions?: readonly ConnectInstruction[];
}

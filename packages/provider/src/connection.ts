import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Advice } from './errors.ts';
import type { JsonObject } from './json.ts';
import type { McpAuthConfig } from './metadata/mcp-auth-config.ts';
import type { AccessTokenInfo, TokenUse } from './token/access-token-info.ts';
import type { Logout } from './token/logouts.ts';

/** A provider that is connected: everything a protected resource needs of its authorization server. */
export interface ProviderConnection extends AsyncDisposable {
  /** For mcp-auth: `new MCPAuth({ server: config })`. */
  config: McpAuthConfig;
  /** The issuer of the tokens, byte for byte. */
  issuer: string;
  /**
   * What MCP clients are told: the issuer that protected resource metadata names (RFC 9728 §2) and the metadata
   * that this server publishes. The IdP's own, unless no client could find its metadata there.
   */
  published: { issuer: string; metadata: JsonObject };
  /** The scopes asked of clients. */
  scopes: readonly string[];
  /** The scopes that a token must have, by the names under which the IdP can be asked for them. */
  requiredScopes: readonly string[];
  /**
   * The scopes of a list that an accepted token lacks. The long and the short name of a scope (`api://app/read`,
   * `read`) are one where the token is for this server.
   */
  missingScopes(info: Pick<AccessTokenInfo, 'scopes' | 'audience'>, required: readonly string[]): string[];
  /** What to change at this IdP when a token is refused, for the log. */
  advice: Advice;
  /** What the operator should know at start. */
  warnings: readonly string[];
  /** For people: a banner, a page. */
  about: AboutConnection;
  /**
   * Judges an access token. Plugs into mcp-auth's `bearerAuth` and, as `{ verifyAccessToken }`, into the MCP
   * SDK's `requireBearerAuth`. Each caller has a bounded number of bad tokens asked about at the IdP.
   *
   * @throws {TokenRefusedError} when the token is not valid, with the one check that failed.
   * @throws {VerificationUndecidedError} when the IdP cannot be asked.
   * @throws {RateLimitedError} when the caller's bad tokens are no longer asked about.
   * @example
   * const { subject, scopes, claims } = await connection.verifyAccessToken(token, { resource });
   */
  verifyAccessToken(token: string, use?: TokenUse): Promise<AccessTokenInfo>;
  /**
   * Takes a logout token of the IdP (OpenID Connect Back-Channel Logout 1.0): from then on no token of its session
   * or user that was issued before is accepted. Nothing where the IdP has none for this server.
   *
   * @throws {LogoutRefusedError} when the logout token is not valid.
   * @throws {VerificationUndecidedError} when the IdP's keys cannot be fetched.
   */
  backchannelLogout?: ((logoutToken: string) => Promise<void>) | undefined;
  /**
   * Has a function called with each logout of which the IdP tells, for what outlives a request: the tokens of its
   * user or session are then to be judged again.
   */
  onLogout(listener: (logout: Logout) => void): void;
  /** What the connection answers itself, where it is an authorization server too; the guard's entrance asks it. */
  routes?: ConnectionRoutes | undefined;
}

/** Routes of a connection, which need no token. */
export interface ConnectionRoutes {
  /** Whether a path, without that of the public URL, is one of them. */
  has(path: string): boolean;
  /** Answers a request to one of them. */
  handle(request: IncomingMessage, response: ServerResponse, from: RouteCaller): void;
}

/** What a route is told of a request. */
export interface RouteCaller {
  /** Path and query, without the path of the public URL. */
  target: string;
  /** What tells one caller from another: its address, or the networks that it is in, the narrowest first. */
  caller: readonly string[];
  /** What a log line says of the request: its id, and the caller's address. */
  details: object;
}

/** What a banner or a page says of a connection. */
export interface AboutConnection {
  /** The metadata exactly as the IdP sent it; what was given by hand where it sends none. */
  metadata: JsonObject;
  /** What a person who signs in should know. */
  notes: readonly string[];
  /** What the operator has to do at the IdP. */
  setup?: readonly string[] | undefined;
  /** The client of the server's own page, where one is registered, and the name of the setting that says it. */
  pageClient?: { id: string | undefined; variable: string } | undefined;
  /** The `aud` values that are accepted on purpose; nothing: the resource that is called. */
  audience?: readonly string[] | undefined;
  /** What the settings are called that say which audience is accepted, and which scopes are asked of clients. */
  settings?: { audience?: string | undefined; scopes?: string | undefined } | undefined;
}

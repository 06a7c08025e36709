/** What the page's script is told. All of it is public: metadata, settings' names and advice. */
export interface PageFacts {
  state: 'ready' | 'waiting';
  /** The server's name. */
  title: string;
  /** The URL that clients use, with its path and without a slash at the end. */
  publicUrl: string;
  /** The URL of the protected resource that is called. */
  mcp: string;
  /** The tool that is called at the end; nothing: the tools are listed. */
  tool?: string | undefined;
  /** Whether somebody has to sign in. */
  signIn: boolean;
  /** The IdP's origins, which the page may ask, and from which a picture may be loaded. */
  idpOrigins: string[];
  /** The page's own client at the IdP, and the setting that says it. */
  pageClient?: { id?: string | undefined; variable: string } | undefined;
  /** The `aud` values that the server accepts, as they are set: `none` and `*` among them. */
  audience: readonly string[];
  /** What the settings are called that say which audience is accepted, and which scopes are asked of clients. */
  settings: { audience?: string | undefined; scopes?: string | undefined };
  /** The revisions of MCP that the server serves, the newest first; none where that is not known. */
  revisions: readonly string[];
  /** What to change at the IdP, by the `reason` of a refusal. */
  advice: Readonly<Partial<Record<string, string>>>;
}

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
  /** What to change at the IdP, by the `reason` of a refusal. */
  advice: Readonly<Partial<Record<string, string>>>;
}

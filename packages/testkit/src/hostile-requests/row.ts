/** A request that no server may answer with what is protected, though most carry a good token. */
export type HostileRequest = {
  /** What is wrong with it. */
  name: string;
  /** The rule that forbids it, or the attack it is from. */
  source: string;
  /** Byte for byte, a character each (latin1). */
  raw: string;
  /** Any of these is as good as the other: several where path or parser may differ. */
  status: readonly number[];
  /** The reason in the log; absent where the request may get no further than the HTTP parser or a 404. */
  expectedReason?: string;
};

export type RequestForge = {
  /** The server's own `Host`. */
  host: string;
  /** A token that the server accepts. */
  token: string;
  /** A call of the tool, as JSON. */
  call: string;
  /** The path of the server's public URL, with which it answers as without; '' where it has none. */
  publicPath: string;
  /** A request for `/mcp` with that call as its body, and no credentials of its own. */
  post: (headers: readonly string[], changes?: PostChanges) => string;
};

export type PostChanges = {
  target?: string;
  method?: string;
  host?: string;
  contentType?: string | undefined;
  body?: string;
};

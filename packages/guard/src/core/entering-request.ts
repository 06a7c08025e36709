import type { ConnectionRoutes } from '@mcp-whoami/provider';
import type { Answer, HeaderLine } from './answer.ts';
import type { ReadForm } from './form-body.ts';
import type { RequestHead } from './header-lines.ts';

/** A request at the entrance. */
export interface EnteringRequest extends RequestHead {
  method: string;
  /** The path, without that of the public URL. */
  path: string;
  /** How many of the proxies that the request came through are trusted. */
  trustedHops(): number;
  readForm: ReadForm;
}

/** What the entrance says of a request. */
export interface Entry {
  /** Header lines of the answer, whoever gives it. */
  headers: readonly HeaderLine[];
  /** The guard's own answer; nothing lets the request in. */
  answer?: Answer | Promise<Answer>;
  /** The connection answers it. */
  routes?: ConnectionRoutes;
}

/** Lets a request in, or answers it. */
export type Entrance = (request: EnteringRequest) => Entry;

import type { ProviderConnection, Resources } from '@mcp-whoami/provider';
import type { Answer } from './answer.ts';
import { answerLogout, backchannelLogoutPath } from './backchannel-logout.ts';
import type { ReadForm } from './form-body.ts';
import { publicUrlOf } from './public-path.ts';
import { wellKnownDocuments } from './well-known.ts';

/** What is answered without a token. */
export interface PublicRoute {
  methods: readonly string[];
  /** It is answered whatever the sender calls this server, and whatever page it comes from. */
  underAnyName: boolean;
  answer(readForm: ReadForm): Answer | Promise<Answer>;
}

export interface PublicRoutesOptions {
  connection: ProviderConnection | 'none';
  resources: Resources;
  /** What people are told the server is called; `MCP server` otherwise. */
  resourceName?: string;
  /** The URL under which clients reach the server, where that has a path (`https://mcp.example.com/tools`). */
  publicUrl?: string;
}

/** The routes of the guard itself, by their paths. */
export function publicRoutes(options: PublicRoutesOptions): ReadonlyMap<string, PublicRoute> {
  const { connection, resources, resourceName = 'MCP server' } = options;
  const routes = new Map<string, PublicRoute>();
  if (connection === 'none') return routes;
  const documents = wellKnownDocuments(resources, resourceName, connection, publicUrlOf(options));
  for (const [path, body] of documents) {
    const answer = { status: 200, body };
    routes.set(path, { methods: ['GET', 'HEAD'], underAnyName: false, answer: () => answer });
  }
  const { backchannelLogout } = connection;
  if (backchannelLogout !== undefined) {
    routes.set(backchannelLogoutPath, {
      methods: ['POST'],
      // The IdP may know this server by another name than its clients do, and its signature is all that counts.
      underAnyName: true,
      answer: (readForm) => answerLogout(backchannelLogout, readForm),
    });
  }
  return routes;
}

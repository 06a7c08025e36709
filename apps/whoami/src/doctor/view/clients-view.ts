import { jsonObject, reachableUrl, wellKnownUrls } from '@mcp-whoami/provider/idp';
import { z } from 'zod';
import { jsonOf, type Probe, probe } from '../probe.ts';
import type { Subject } from '../subject.ts';
import { issuerNamedBy, type PublicAnswers } from './public-answers.ts';

const url = z
  .url({ protocol: /^https?$/ })
  .optional()
  .catch(undefined);
const list = z.array(z.string()).optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);

/** What a client reads of the metadata (RFC 8414 §2). */
const clientMetadata = z.looseObject({
  issuer: z.string().catch(''),
  authorization_endpoint: url,
  token_endpoint: url,
  registration_endpoint: url,
  jwks_uri: url,
  response_types_supported: list,
  grant_types_supported: list,
  code_challenge_methods_supported: list,
  authorization_response_iss_parameter_supported: flag,
  client_id_metadata_document_supported: flag,
});

export type ClientMetadata = z.output<typeof clientMetadata>;

/** What an MCP client that knows only the public URL finds of the authorization server. */
export interface ClientsView {
  /** As protected resource metadata names it. */
  issuer: string;
  /** The issuer is this server's own public URL. */
  isOwn: boolean;
  /** Where clients look, in their order, up to the first that has a document. */
  tried: readonly Probe[];
  /** The document that a client takes, if any. */
  found: { url: string; metadata: ClientMetadata } | undefined;
  /** What the other questions go by: that document, or what this server knows of it. */
  metadata: ClientMetadata | undefined;
  /** An endpoint as it is reached from here. */
  reach(url: string): string;
}

const MAX_REDIRECTS = 1;

/** Looks for the metadata where clients do, in their order (MCP authorization, "Authorization Server Metadata Discovery"). */
export async function lookAsClient(
  { connection, idp, publicUrl, isEmbedded }: Subject,
  answers: PublicAnswers | undefined,
): Promise<ClientsView | undefined> {
  // What is in the server's own process is another one here.
  const issuer = (isEmbedded && issuerNamedBy(answers)) || (connection?.published.issuer ?? idp?.issuer);
  if (issuer === undefined) return undefined;
  const { oauth, oidcInserted, oidc } = wellKnownUrls(issuer);
  const candidates = [...new Set([oauth, oidcInserted, oidc])];
  const probes = await Promise.all(
    candidates.map((candidate) => probe(candidate, { redirects: MAX_REDIRECTS })),
  );
  const documents = probes.map((each) =>
    each.answer?.status === 200 ? readMetadata(jsonOf(each)) : undefined,
  );
  const index = documents.findIndex((document) => document !== undefined);
  const metadata = documents[index];
  const foundAt = probes[index];
  const known = connection && readMetadata(connection.published.metadata);
  return {
    issuer,
    isOwn: issuer === publicUrl,
    tried: index === -1 ? probes : probes.slice(0, index + 1),
    found: metadata && foundAt && { url: foundAt.url, metadata },
    metadata: metadata?.issuer === issuer ? metadata : (known ?? metadata),
    reach: (endpoint) =>
      idp === undefined ? endpoint : reachableUrl(endpoint, idp.issuer, idp.discoveryUrl),
  };
}

function readMetadata(document: unknown): ClientMetadata | undefined {
  const object = jsonObject.safeParse(document);
  return object.success ? clientMetadata.parse(object.data) : undefined;
}

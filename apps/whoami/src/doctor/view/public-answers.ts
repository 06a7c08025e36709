import { z } from 'zod';
import { networkFailure } from '../network-failure.ts';
import { jsonOf, type Probe, probe } from '../probe.ts';

/** The page of MCP Inspector: an origin that is not this server's, and that it allows. */
export const PAGE_ORIGIN = 'http://localhost:6274';

/** What the public address of this server answers from here. */
export interface PublicAnswers {
  /** A call without a token. */
  challenge: Probe;
  /** The metadata of the resource, where RFC 9728 §3.1 has it. */
  resourceMetadata: Probe;
  /** Something that is this server, or stands before it, answers. */
  isUp: boolean;
}

/** A proxy's word that there is no server behind it. */
const noServerBehind = [502, 503, 504];

const resourceMetadata = z.looseObject({
  resource: z.string().optional(),
  authorization_servers: z.array(z.string()).optional(),
});

/** The URL of the metadata of a resource (RFC 9728 §3.1). */
export function resourceMetadataUrl(resource: string): string {
  const { origin, pathname } = new URL(resource);
  return `${origin}/.well-known/oauth-protected-resource${pathname}`;
}

/** Calls the server without a token, as clients do first, and asks what it says of itself. */
export async function askPublicAddress(resource: string): Promise<PublicAnswers> {
  const [challenge, metadata] = await Promise.all([
    probe(resource, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        origin: PAGE_ORIGIN,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    }),
    probe(resourceMetadataUrl(resource)),
  ]);
  const { answer, error } = challenge;
  const isUp =
    answer === undefined ? networkFailure(error) === undefined : !noServerBehind.includes(answer.status);
  return { challenge, resourceMetadata: metadata, isUp };
}

/** What the metadata of the resource says; nothing where there is none. */
export function readResourceMetadata({ resourceMetadata: metadata }: PublicAnswers) {
  return metadata.answer?.status === 200 ? resourceMetadata.safeParse(jsonOf(metadata)).data : undefined;
}

/** The authorization server that the running server names. */
export function issuerNamedBy(answers: PublicAnswers | undefined): string | undefined {
  return answers && readResourceMetadata(answers)?.authorization_servers?.[0];
}

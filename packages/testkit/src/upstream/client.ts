import { createHash } from 'node:crypto';
import type { Answer, Question } from './serve.ts';

/** The confidential client that a bridge is at an upstream stand-in. */
export type UpstreamClient = { id: string; secret: string };

/** The redirect URIs that the client is registered with. */
export type Redirects = {
  all: readonly string[];
  register: (uri: string) => void;
};

export const createRedirects = (given: string | readonly string[] = []): Redirects => {
  const all = typeof given === 'string' ? [given] : [...given];
  return { all, register: (uri) => void all.push(uri) };
};

/** By Basic (RFC 6749 §2.3.1: form-encoded first) or in the form, whichever the request has. */
export const credentialsOf = ({ headers, form }: Question): { id: string | null; secret: string | null } =>
  basicCredentials(headers.authorization) ?? { id: form.get('client_id'), secret: form.get('client_secret') };

export const basicCredentials = (
  authorization: string | undefined,
): { id: string; secret: string } | undefined => {
  const [, encoded] = /^basic (.+)$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  const decode = (part: string) =>
    new URLSearchParams(`part=${part.replaceAll('&', '%26')}`).get('part') ?? '';
  return { id: decode(id), secret: decode(secret) };
};

export const bearerToken = ({ authorization }: Question['headers']): string | undefined =>
  /^(?:bearer|token) (.+)$/i.exec(authorization ?? '')?.[1];

/** PKCE (RFC 7636 §4.6) by S256; a request without a challenge is bound to no verifier. */
export const provesChallenge = (challenge: string | null, verifier: string | null): boolean =>
  challenge === null ||
  (verifier !== null && createHash('sha256').update(verifier).digest('base64url') === challenge);

/** Sends the browser back to the client; what is undefined or null is left out. */
export const redirectTo = (uri: string, parameters: Record<string, string | null | undefined>): Answer => {
  const location = new URL(uri);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined) location.searchParams.set(name, value);
  }
  return { status: 302, headers: { location: location.href }, body: '' };
};

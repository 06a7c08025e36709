import {
  type AccessTokenInfo,
  type BearerChallenge,
  nearScope,
  type ProviderConnection,
  printable,
} from '@mcp-whoami/provider';
import type { Answer } from './answer.ts';
import { readBearerToken, type UnusableCredentials } from './bearer-credentials.ts';
import { callerOf } from './caller.ts';
import { answerToTokenError } from './error-answers.ts';
import type { RequestHead } from './header-lines.ts';
import { protectedResourceMetadataUrl } from './protected-resource-metadata.ts';

/** Characters of a token's scopes that a log line shows at most. */
const MAX_SCOPES_LENGTH = 300;

/**
 * Judges a request to a resource: its good access token, or the answer that refuses it. Nothing where nobody has to
 * sign in.
 *
 * @param address the caller's, as anything spells it.
 */
export type Gate = (
  request: RequestHead,
  address: string | undefined,
) => Promise<AccessTokenInfo | Answer | undefined>;

/**
 * Makes the gate of each resource, by its URL.
 *
 * @returns a function that throws a `TypeError` for what is not one of the resources: its metadata would not be there.
 */
export function createGates(
  connection: ProviderConnection | 'none',
  resources: readonly string[],
): (resource: string) => Gate {
  const open: Gate = async () => undefined;
  const gates = new Map(
    resources.map((resource) => [
      resource,
      connection === 'none' ? open : createBearerGate(resource, connection),
    ]),
  );
  return (resource) => {
    const gate = gates.get(resource);
    if (gate !== undefined) return gate;
    throw new TypeError(`${resource} is not among the guard's resources: ${resources.join(', ')}`);
  };
}

/** What a client of a resource is told to sign in with. */
export function invitationTo(
  resource: string,
  { scopes }: Pick<ProviderConnection, 'scopes'>,
): BearerChallenge {
  return { scope: scopes.join(' '), resourceMetadata: protectedResourceMetadataUrl(resource) };
}

function createBearerGate(resource: string, connection: ProviderConnection): Gate {
  const invitation = invitationTo(resource, connection);
  return async (request, address) => {
    const credentials = readBearerToken(request);
    if ('reason' in credentials) return answerToCredentials(credentials, invitation);
    try {
      const use = { caller: callerOf(address), resource };
      const verdict = await connection.verifyAccessToken(credentials.token, use);
      const missing = connection.missingScopes(verdict, connection.requiredScopes);
      return missing.length === 0 ? verdict : answerToScopes(verdict.scopes, missing, connection, invitation);
    } catch (error) {
      const answer = answerToTokenError(error, invitation);
      if (answer === undefined) throw error;
      return answer;
    }
  };
}

/** RFC 6750 §3.1: a request without credentials gets no error code. */
function answerToCredentials({ reason, text }: UnusableCredentials, invitation: BearerChallenge): Answer {
  if (reason === 'credentials_missing') {
    return {
      status: 401,
      challenge: invitation,
      body: { error: 'unauthorized', error_description: text },
      // Every client begins without credentials: that is how it learns where to sign in.
      log: { level: 'info', reason, message: 'no Bearer token' },
    };
  }
  const malformed = reason === 'credentials_malformed';
  const error = malformed ? 'invalid_token' : 'invalid_request';
  return {
    status: malformed ? 401 : 400,
    challenge: { ...invitation, error, errorDescription: text },
    body: { error, error_description: text },
    log: { level: 'warn', reason, message: text, mend: mendOfCredentials },
  };
}

const mendOfCredentials =
  'The client has to send one header line, Authorization: Bearer <token>, with the word Bearer once and the token without quotes, line breaks or anything behind it';

/**
 * RFC 6750 §3.1, MCP authorization "Scope Challenge Handling": the challenge names all that the call needs, and
 * what was asked at first too, since some clients then ask for only what is challenged.
 */
function answerToScopes(
  scopes: readonly string[],
  missing: readonly string[],
  { requiredScopes, scopes: askedScopes, advice }: ProviderConnection,
  invitation: BearerChallenge,
): Answer {
  const reason = 'insufficient_scope';
  const text = 'The access token lacks a required scope';
  const named =
    scopes.length === 0
      ? 'the token names none'
      : `the token has ${printable(scopes.join(' '), MAX_SCOPES_LENGTH)}`;
  const finding = `expected the scopes ${requiredScopes.join(' ')}, ${named}; missing: ${missing.join(' ')}`;
  const miss = nearScope(missing, scopes);
  const message = miss === undefined ? finding : `${finding}; ${miss}`;
  const scope = [...new Set([...askedScopes, ...requiredScopes])].join(' ');
  return {
    status: 403,
    challenge: { ...invitation, error: reason, errorDescription: text, scope },
    body: { error: reason, error_description: text },
    log: { level: 'warn', reason, message, mend: advice[reason] },
  };
}

import {
  isTokenRefused,
  isVerificationUndecided,
  type ProviderConnection,
  quote,
  type RefusalCode,
  refusalTexts,
} from '@mcp-whoami/provider';
import { z } from 'zod';
import { type Finding, ok, skipped } from './finding.ts';
import { jsonOf, outcomeOf, probe } from './probe.ts';
import type { Subject } from './subject.ts';

const why = 'The server refuses each call with such a token.';

/** Judges an access token as the server does: by its very connection, or, where only its process can, by asking it. */
export async function judgeToken(
  { connection, resource, isEmbedded }: Subject,
  token: string,
): Promise<Finding[]> {
  if (resource === undefined) return [skipped('token', 'The access token.', 'The public URL is not known.')];
  if (isEmbedded) return [await askServer(resource, token, connection)];
  if (connection === undefined) {
    return [skipped('token', 'The access token.', 'The identity provider is not connected: see above.')];
  }
  try {
    const info = await connection.verifyAccessToken(token, { resource });
    const client = info.clientId === '' ? '' : `, of the client ${quote(info.clientId)}`;
    const accepted = ok(
      'token.accepted',
      `The access token is accepted: subject ${quote(info.subject)}${client}, audience ${quote(info.audience)}, scopes ${quote(info.scopes.join(' '))}, proved by ${info.provedBy}.`,
    );
    const missing = connection.missingScopes(info, connection.requiredScopes);
    return missing.length === 0 ? [accepted] : [accepted, missingScopes(missing, connection)];
  } catch (error) {
    if (isTokenRefused(error)) return [refused(error.code, connection, error.logMessage)];
    if (!isVerificationUndecided(error)) throw error;
    const mend = ['The server answers 503 to such a token: mend the way to the identity provider first.'];
    return [
      {
        id: 'token.undecided',
        severity: 'error',
        title: 'The access token cannot be judged.',
        why: error.logMessage,
        mend,
      },
    ];
  }
}

/** In the words of the log, where it was judged here. */
function refused(
  code: RefusalCode,
  connection: ProviderConnection | undefined,
  logMessage?: string,
): Finding {
  const advice = connection?.advice[code];
  const detail = advice === undefined ? logMessage : logMessage?.replace(`. ${advice}`, '');
  return {
    id: `token.${code}`,
    severity: 'error',
    title: `${refusalTexts[code]} (${code})${detail === undefined ? '' : `: ${detail}`}.`,
    why,
    mend: advice === undefined ? [] : [advice],
  };
}

function missingScopes(missing: readonly string[], { advice }: ProviderConnection): Finding {
  return {
    id: 'token.insufficient_scope',
    severity: 'error',
    title: `The access token lacks the required scopes ${missing.join(' ')}.`,
    why: 'The server answers 403 to such a token.',
    mend: advice.insufficient_scope === undefined ? [] : [advice.insufficient_scope],
  };
}

const refusal = z.looseObject({ reason: z.string().optional(), error_description: z.string().optional() });

async function askServer(
  resource: string,
  token: string,
  connection: ProviderConnection | undefined,
): Promise<Finding> {
  const asked = await probe(resource, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  });
  const status = asked.answer?.status;
  if (status === 401) {
    const said = refusal.safeParse(jsonOf(asked)).data ?? {};
    const code = refusalCodes.find(
      (each) => each === said.reason || refusalTexts[each] === said.error_description,
    );
    return code === undefined
      ? {
          id: 'token.refused',
          severity: 'error',
          title: 'The server refuses the access token.',
          why,
          mend: ['Its log says why.'],
        }
      : refused(code, connection);
  }
  if (status === 403) {
    return {
      id: 'token.forbidden',
      severity: 'error',
      title: 'The server answers 403 to the access token.',
      why,
      mend: ['Its log says why.'],
    };
  }
  if (status === undefined || status >= 500) {
    const reason = `Only the running server can judge its own tokens: ${outcomeOf(asked)}.`;
    return skipped('token', 'The access token.', reason);
  }
  return ok('token.accepted', 'The running server accepts the access token.');
}

const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(refusalTexts, code);
const refusalCodes = Object.keys(refusalTexts).filter(isRefusalCode);

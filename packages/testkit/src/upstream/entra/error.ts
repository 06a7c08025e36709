import { randomUUID } from 'node:crypto';
import type { FaultAnswer } from '../../stand-in/faults.ts';

export type EntraError = {
  /** OAuth's word: `invalid_grant`. */
  error: string;
  /** AADSTS and digits. */
  code: `AADSTS${number}`;
  text: string;
  /** 400 unless told. */
  status?: number;
  /** `basic_action`, `bad_token` … */
  suberror?: string;
};

/**
 * An error in Entra's form, also to be a fault of the token endpoint.
 *
 * @example
 * entra.fail('token', entraError({ error: 'interaction_required', code: 'AADSTS50076', text: 'You must use multi-factor authentication.' }));
 */
export const entraError = ({ error, code, text, status = 400, suberror }: EntraError): FaultAnswer => {
  const [trace_id, correlation_id] = [randomUUID(), randomUUID()];
  const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    status,
    body: {
      error,
      error_description: `${code}: ${text} Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`,
      error_codes: [Number(code.slice('AADSTS'.length))],
      timestamp,
      trace_id,
      correlation_id,
      error_uri: `https://login.microsoftonline.com/error?code=${code.slice('AADSTS'.length)}`,
      ...(suberror === undefined ? {} : { suberror }),
    },
  };
};

/** What `resource` (RFC 8707) gets: since 2026 some tenants see it as one that no scope belongs to. */
export const resourceErrors = {
  AADSTS901002: {
    error: 'invalid_request',
    code: 'AADSTS901002',
    text: "The 'resource' request parameter isn't supported.",
  },
  AADSTS9010010: {
    error: 'invalid_target',
    code: 'AADSTS9010010',
    text: "The resource parameter provided in the request doesn't match with the requested scopes.",
  },
} satisfies Record<string, EntraError>;

import type { BearerChallenge } from '@mcp-whoami/provider';

/** A header line of an answer. */
export type HeaderLine = readonly [name: string, value: string];

/** An answer that the guard gives itself, whatever sends it. */
export interface Answer {
  status: number;
  headers?: readonly HeaderLine[];
  challenge?: BearerChallenge;
  /** Sent as JSON; to one with an `error_description` the reason is added. */
  body?: object;
  /** Its one log line, where it has any. */
  log?: AnswerLog;
}

export interface AnswerLog {
  level: 'info' | 'warn' | 'error';
  /** A stable code. */
  reason: string;
  /** For the operator: what was expected and what was found. */
  message: string;
  /** What to do, where that is known. */
  mend?: string | undefined;
  err?: Error;
}

import { z } from 'zod';

const errorAnswer = z.looseObject({ error: z.string().regex(/^[a-z_]{1,50}$/) });

/** The error code of an answer (RFC 6749 §5.2, RFC 7591 §3.2.2), which is a word of a specification; never the text beside it. */
export function idpErrorOf(answer: unknown): string | undefined {
  return errorAnswer.safeParse(answer).data?.error;
}

import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Request } from 'express';
import { z } from 'zod';

/** Characters of a text from outside that an answer repeats at most. */
export const MAX_ECHO_LENGTH = 100;

/** The beginning of a text from outside, for an answer. */
export function shorten(text: string): string {
  return text.length > MAX_ECHO_LENGTH ? `${text.slice(0, MAX_ECHO_LENGTH).toWellFormed()}…` : text;
}

/** Characters of an error's text at most. */
const MAX_ERROR_LENGTH = 1_000;
/** A JSON string of more characters than are repeated, whole or cut off. */
const longString = new RegExp(String.raw`"((?:[^"\\]|\\.){${MAX_ECHO_LENGTH}})(?:[^"\\]|\\.)+("|$)`, 'g');

/**
 * The text of an error, short: those of the SDKs' validation list each fault of what was sent, many times as long
 * as that, and name the keys in it.
 */
export function shortenError(text: string): string {
  if (text.length <= MAX_ECHO_LENGTH) return text;
  const cut = text.length > MAX_ERROR_LENGTH ? `${text.slice(0, MAX_ERROR_LENGTH).toWellFormed()}…` : text;
  return cut.replace(longString, '"$1…$2');
}

/** An answer whose error is short. */
export function withShortError(message: JSONRPCMessage): JSONRPCMessage {
  if (!('error' in message)) return message;
  const { code, message: text } = message.error;
  return { ...message, error: { code, message: shortenError(text) } };
}

/**
 * Has a transport send errors that are short.
 *
 * @param onSend is told how long each message is, in bytes, before it is sent.
 */
export function sendShortErrors(transport: Transport, onSend: (size: number) => void): void {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    const short = withShortError(message);
    onSend(Buffer.byteLength(JSON.stringify(short)));
    return send(short, options);
  };
}

const errorAnswer = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number(), z.null()]),
  error: z.looseObject({ code: z.number(), message: z.string() }),
});

/** How deep objects in objects are looked into for a text that is long. */
const MAX_DEPTH = 10;

/** An answer of SDK v2 in JSON, if it is an error. */
export function readError(json: string): z.infer<typeof errorAnswer> | undefined {
  return errorAnswer.safeParse(JSON.parse(json)).data;
}

/**
 * An error of SDK v2 as JSON, with its data. The SDK repeats what it compares, and keys that it does not know, in no
 * quotes: where any text of the request is long, each of the error is cut off.
 */
export function stringifyShort(answer: z.infer<typeof errorAnswer>, { headers, body }: Request): string {
  const repeated = [headers['mcp-protocol-version'], headers['mcp-method'], headers['mcp-name'], body];
  const short = mayHaveLongText(repeated, MAX_DEPTH) ? shorten : shortenError;
  return JSON.stringify(answer, (_, value: unknown) => (typeof value === 'string' ? short(value) : value));
}

function mayHaveLongText(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.length > MAX_ECHO_LENGTH;
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.entries(value).some(
    ([key, part]) => key.length > MAX_ECHO_LENGTH || mayHaveLongText(part, depth - 1),
  );
}

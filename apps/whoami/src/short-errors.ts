import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

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

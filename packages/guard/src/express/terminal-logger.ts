import { stripVTControlCharacters, styleText } from 'node:util';
import type { GuardLogger } from '../core/guard-logger.ts';
import { mendOfLine } from '../core/log-answer.ts';

/** What is written to. */
export interface Terminal {
  write(text: string): unknown;
}

type Level = keyof GuardLogger;
const colours = { info: 'gray', warn: 'yellow', error: 'red' } as const satisfies Record<Level, string>;

/** What a line says first, so that the rest stands under it. */
const indent = ' '.repeat('00:00:00 '.length);

/**
 * A logger for people: a line says when, what was called, the answer and why; what to do is a line of its own.
 *
 * @param coloured by escape codes.
 */
export function createTerminalLogger(terminal: Terminal, coloured: boolean): GuardLogger {
  const paint = (colour: Parameters<typeof styleText>[0], text: string) =>
    coloured ? styleText(colour, text, { validateStream: false }) : text;
  const write =
    (level: Level) =>
    (details: object, message = ''): void => {
      const { call, from, reason, mend, stack } = read(details);
      const text = oneLine(
        mend !== undefined && message.endsWith(`. ${mend}`) ? message.slice(0, -mend.length - 2) : message,
      );
      const head = [paint('gray', timeOfDay()), call, reason && paint(colours[level], reason)];
      const lines = [
        `${head.filter((part) => part !== undefined && part !== '').join(' ')}${text && `: ${text}`}${level !== 'info' && from ? ` ${paint('gray', `(${from})`)}` : ''}`,
        ...(mend === undefined ? [] : [paint('cyan', `→ ${oneLine(mend)}`)]),
        ...stack,
      ];
      terminal.write(`${lines.join(`\n${indent}`)}\n`);
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** Of the local day: who reads it sits before the terminal. */
function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8);
}

/** A line has no other in it, and nothing that a terminal would obey. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}+/gu, ' ');
}

type Details = {
  address?: unknown;
  requestId?: unknown;
  method?: unknown;
  path?: unknown;
  status?: unknown;
  reason?: unknown;
  err?: unknown;
  [mendOfLine]?: unknown;
};

/** What of a line's fields people look at. */
function read({ address, requestId, method, path, status, reason, err, [mendOfLine]: mend }: Details) {
  const known = [method, path, status].filter((part) => typeof part === 'string' || typeof part === 'number');
  return {
    from: oneLine(
      [address, typeof requestId === 'string' ? `request ${requestId}` : undefined]
        .filter((part) => typeof part === 'string')
        .join(', '),
    ),
    call: oneLine(known.join(' ')),
    reason: typeof reason === 'string' ? oneLine(reason) : undefined,
    mend: typeof mend === 'string' ? mend : undefined,
    stack: err instanceof Error && err.stack !== undefined ? err.stack.split('\n').map(oneLine) : [],
  };
}

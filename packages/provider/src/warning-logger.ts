/** Takes warnings as pino does: what a program may read first, then the sentence. */
export interface WarningLogger {
  warn(details: object, message: string): void;
}

/** Warnings of the process, for a program that gives no logger of its own. */
export const processWarnings: WarningLogger = {
  warn: (details, message) =>
    process.emitWarning(message, { type: 'McpWhoamiWarning', detail: JSON.stringify(details) }),
};

/** Writes a log line: its fields, and its text. */
type WriteLine = (details: object, message?: string) => void;

/** Where the guard writes its log lines: a pino logger, or anything that takes the same calls. */
export interface GuardLogger {
  info: WriteLine;
  warn: WriteLine;
  error: WriteLine;
}

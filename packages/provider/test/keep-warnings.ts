import type { WarningLogger } from '../src/index.ts';

/** A logger whose warnings stand in an array. */
export const keepWarnings = () => {
  const warnings: { details: object; message: string }[] = [];
  const logger: WarningLogger = {
    warn: (details, message) => void warnings.push({ details, message }),
  };
  return { warnings, logger };
};

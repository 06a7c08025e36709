const told = new Set<string>();

/**
 * For tests that need what this machine does not have: one line says so, once, and that they are skipped. With `CI` set it
 * throws, since a run there that skips tests proves less than it says.
 */
export const skipOutsideCi = (lack: string): void => {
  if (process.env.CI) throw new Error(lack);
  if (told.has(lack)) return;
  told.add(lack);
  process.stderr.write(`${lack}. They are skipped.\n`);
};

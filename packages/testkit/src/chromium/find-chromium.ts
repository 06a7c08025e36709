import { accessSync, constants } from 'node:fs';

/** Where Linux packages put it; Chrome is the same to a test. */
const usualPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The path of the system's Chromium; only the one that `CHROMIUM_PATH` names, if it does. */
export const findChromium = (override = process.env.CHROMIUM_PATH): string | undefined =>
  (override ? [override] : usualPaths).find(isExecutable);

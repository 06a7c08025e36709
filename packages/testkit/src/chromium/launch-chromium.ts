import { type Browser, chromium } from 'playwright-core';

const launchTimeout = 30_000; // ms

/** No sandbox: containers and CI run as root. The rest keeps it on this machine, its own requests and those of pages. */
const switches = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
];

/** Starts a headless Chromium. Disposing of it closes every page. */
export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: switches, timeout: launchTimeout });

import { type Browser, chromium } from 'playwright-core';

const launchTimeout = 30_000; // ms

/** No sandbox: containers and CI run as root. The rest keeps it from asking the network for itself. */
const switches = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a headless Chromium. Disposing of it closes every page. */
export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: switches, timeout: launchTimeout });

export type { Page } from 'playwright-core';
export { describeChromium, type OpenPage } from './describe-chromium.ts';
export { findChromium } from './find-chromium.ts';
export { launchChromium } from './launch-chromium.ts';

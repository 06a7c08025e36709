import type { Check } from '../check.ts';
import { isAboutPkce } from './pkce.ts';

/** What the start would say. */
export const configurationCheck: Check = {
  title: 'Configuration',
  run: async ({ subject }) => [
    ...subject.findings,
    ...(subject.connection?.warnings ?? [])
      .filter((text) => !isAboutPkce(text))
      .map((title) => ({ id: 'connection.warning', severity: 'warning' as const, title })),
  ],
};

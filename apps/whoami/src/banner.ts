import { connectInstructions } from './connect-instructions.ts';
import { resourcesOf } from './create-app.ts';
import type { RunningServer } from './start-server.ts';

/** What the banner tells of a server. */
export type BannerFacts = Omit<RunningServer, typeof Symbol.asyncDispose>;

/** The clients that one short command connects; the page has all. */
const inBanner = new Set(['MCP Inspector', 'Claude Code', 'VS Code']);

/** What the server says when it is ready. */
export function renderBanner({ providerTitle, publicUrl, warnings, notes }: BannerFacts): string {
  const [mcp, sse] = resourcesOf(publicUrl);
  const rows: [string, string][] = [
    ['Provider', providerTitle],
    ['Streamable HTTP', mcp],
    ['HTTP+SSE', `${sse} (deprecated, for old clients)`],
    ...connectInstructions(mcp)
      .filter(({ client }) => inBanner.has(client))
      .map(({ client, command = '' }): [string, string] => [client, command]),
    ['Any client', `${publicUrl}/ in a browser: how to connect it, and a sign-in step by step`],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    '',
    `whoami is ready at ${publicUrl}`,
    '',
    ...rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`),
    ...notes.map((note) => `\n  ${note}`),
    ...warnings.map((warning) => `\n  Warning: ${warning}`),
    '',
    '',
  ].join('\n');
}

import type { ConnectInstruction } from './connect-instructions.ts';
import type { AppOptions } from './create-app.ts';

/** Escapes text for HTML content and quoted attributes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

export interface HomePage {
  mcp: string;
  sse: string;
  guardedBy: AppOptions['guardedBy'];
  instructions: readonly ConnectInstruction[];
}

/** The page for a person who opened the server's URL. */
export function renderHomePage({ mcp, sse, guardedBy, instructions }: HomePage): string {
  const guard =
    guardedBy === undefined
      ? 'Nobody has to sign in: the server runs with <code>PROVIDER=none</code>.'
      : `Its users come from <strong>${escapeHtml(guardedBy.title)}</strong>, issuer <code>${escapeHtml(guardedBy.connection.issuer)}</code>.`;
  const rows = instructions
    .map(({ client, command }) => `<dt>${escapeHtml(client)}</dt><dd><pre>${escapeHtml(command)}</pre></dd>`)
    .join('\n');
  const notes = (guardedBy?.connection.notes ?? []).map((note) => `<p>${escapeHtml(note)}.</p>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>whoami, an MCP server</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
pre { overflow-x: auto; padding: .5rem .75rem; border: 1px solid; border-radius: .25rem; }
dd { margin: 0 0 1rem; }
</style>
</head>
<body>
<main>
<h1>whoami</h1>
<p>This is an MCP server (Model Context Protocol) with one tool, <code>whoami</code>, which says who you are.
${guard}</p>
${notes}
<h2>Connect a client</h2>
<dl>
${rows}
</dl>
<p>The URL for any other client is <code>${escapeHtml(mcp)}</code> (Streamable HTTP); for old clients
<code>${escapeHtml(sse)}</code> (HTTP+SSE).</p>
</main>
</body>
</html>
`;
}

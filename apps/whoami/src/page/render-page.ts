import { publicPathOf } from '@mcp-whoami/guard';
import { type ConnectInstruction, connectInstructions } from '../connect-instructions.ts';
import { dataBlock, type Html, html } from './html.ts';
import type { PageFacts, PageGuard, PageOptions } from './page-facts.ts';

const nothing: Html = { html: '' };

/** The page for a person who opened the server's URL. `browser/main.js` brings it to life. */
export function renderPage(
  { resources: [mcp, sse], guard, publicUrl }: PageOptions,
  facts: PageFacts,
): string {
  // From the root of the host: the page is also had without the slash at the end of its URL.
  const files = `${publicPathOf(publicUrl)}/page`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>whoami, an MCP server</title>
<link rel="icon" href="${files}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${files}/base.css">
<link rel="stylesheet" href="${files}/page.css">
<link rel="stylesheet" href="${files}/walk.css">
<script type="module" src="${files}/main.js"></script>
${dataBlock('facts', facts)}
</head>
<body>
<header>
<h1>whoami</h1>
<p class="lede">An <abbr title="Model Context Protocol">MCP</abbr> server with one tool, which tells you who you are${
    guard === undefined ? '' : ', as its identity provider knows you'
  }.</p>
${stateOf(facts)}
<dl class="facts">
${whoGuards(guard)}
${fact('Streamable HTTP', mcp)}
${fact('HTTP+SSE, for old clients', sse)}
</dl>
</header>
<main>
${guard === undefined ? callSection : signInSection(facts, guard, publicUrl)}
<section class="connect" aria-labelledby="connect-heading">
<h2 id="connect-heading">Connect a client</h2>
<ul class="clients">
${connectInstructions(mcp).map(client)}
</ul>
<p>Any other client: add a server of type HTTP with the URL <code>${mcp}</code>.
${guard === undefined ? '' : 'Where the identity provider registers no clients by itself, give the client the client id that was registered there.'}</p>
</section>
</main>
</body>
</html>
`;
  return page.html;
}

function whoGuards(guard: PageOptions['guard']): Html {
  const title = guard?.title ?? 'none: nobody has to sign in (PROVIDER=none)';
  const issuer = guard?.connection?.issuer;
  return html`<div><dt>Identity provider</dt><dd>${title}</dd></div>
${issuer === undefined ? nothing : fact('Issuer', issuer)}`;
}

function stateOf({ state, provider }: PageFacts): Html {
  const text =
    state === 'waiting'
      ? 'Waiting for the identity provider'
      : provider === undefined
        ? 'Ready, open to everybody'
        : 'Ready';
  const explanation =
    state === 'waiting'
      ? html`<p id="waiting">It can not be reached yet; the server’s log says why. Until then every call is answered with 503. This page looks again by itself.</p>`
      : nothing;
  return html`<p class="state" id="state" data-state="${state}" role="status">${text}</p>
${explanation}`;
}

function fact(term: string, value: string): Html {
  return html`<div><dt>${term}</dt><dd><code>${value}</code> ${copyButton(value, term)}</dd></div>`;
}

function copyButton(text: string, what: string): Html {
  return html`<button type="button" class="copy" data-copy="${text}"><span>Copy</span><span class="visually-hidden"> (${what})</span></button>`;
}

const scriptNeeded = html`<noscript><p>This part needs JavaScript.</p></noscript>`;

const walkItself = html`<p id="announcement" class="visually-hidden" role="status"></p>
<ol id="steps" class="steps"></ol>
<section id="identity" class="identity" aria-labelledby="identity-heading" hidden></section>
${scriptNeeded}`;

const callSection = html`<section class="walk" aria-labelledby="walk-heading">
<h2 id="walk-heading" tabindex="-1">Call whoami</h2>
<p>There is nothing to sign in to. The button calls the tool as any MCP client would, and shows what goes over the wire.</p>
<p class="actions"><button type="button" id="sign-in" class="primary">Call whoami</button></p>
${walkItself}
</section>`;

function signInSection({ state }: PageFacts, { connection }: PageGuard, publicUrl: string): Html {
  const notes = (connection?.about.notes ?? []).map((note) => html`<p class="note">${note}.</p>`);
  const disabled = state === 'waiting' ? html` disabled` : nothing;
  return html`<section class="walk" aria-labelledby="walk-heading">
<h2 id="walk-heading" tabindex="-1">Sign in, step by step</h2>
<p>This page signs in as any MCP client does, and shows each request and response on the way, with the secrets masked. If the identity provider does not work with MCP, the step that fails says why.</p>
${notes}
<p class="actions"><button type="button" id="sign-in" class="primary"${disabled}>Sign in</button></p>
<details id="own-client" class="own-client">
<summary>Use a client id that was registered before</summary>
<form id="client-form">
<p>At the identity provider, register a public client (no secret, PKCE with S256) with exactly this redirect URI, and allow the page’s origin (${new URL(publicUrl).origin}) to read its answers (CORS, web origins):</p>
<p><code>${publicUrl}/</code> ${copyButton(`${publicUrl}/`, 'redirect URI')}</p>
<p><label for="client-id">Client id</label>
<input id="client-id" name="client-id" autocomplete="off" autocapitalize="off" spellcheck="false" required>
<button type="submit"${disabled}>Sign in with it</button></p>
</form>
</details>
${walkItself}
</section>`;
}

function client({ client, command, paste, link, note }: ConnectInstruction): Html {
  const code = command ?? paste;
  return html`<li>
<h3>${client}</h3>
${code === undefined ? nothing : html`<div class="snippet"><pre><code>${words(code)}</code></pre>${copyButton(code, client)}</div>`}
${note === undefined ? nothing : html`<p class="note">${note}</p>`}
${link === undefined ? nothing : html`<p><a class="install" href="${link}">Install in ${client}</a></p>`}
</li>`;
}

/** A line breaks between the words of a command, not at the hyphens of its options. */
function words(code: string): Html {
  return {
    html: code
      .split(' ')
      .map((word) => html`<span>${word}</span>`.html)
      .join(' '),
  };
}

import type { PageFacts } from './facts.ts';
import { type Html, html } from './html.ts';
import type { ConnectInstruction, SignInPageOptions } from './options.ts';
import { publicPathOf } from './page-facts.ts';

const nothing: Html = { html: '' };

/** The page for a person who opened the server's URL. `browser/main.js` brings it to life. */
export function renderPage(options: SignInPageOptions, facts: PageFacts): string {
  const { title, description = '', resources, providerTitle, connection } = options;
  const [mcp, sse] = resources;
  const { issuer, about } = typeof connection === 'string' ? {} : connection;
  // From the root of the host: the page is also had without the slash at the end of its URL.
  const files = `${publicPathOf(options)}/page`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}, an MCP server</title>
<link rel="icon" href="${files}/icon.svg" type="image/svg+xml">
${['base', 'page', 'walk'].map((name) => html`<link rel="stylesheet" href="${files}/${name}.css">`)}
<script type="module" src="${files}/main.js"></script>
${dataBlock('facts', facts)}
</head>
<body>
<header>
<h1>${title}</h1>
<p class="lede">An <abbr title="Model Context Protocol">MCP</abbr> server. ${description}</p>
${stateOf(facts)}
<dl class="facts">
<div><dt>Identity provider</dt><dd>${providerTitle}</dd></div>
${fact('Issuer', issuer)}
${fact('Streamable HTTP', mcp)}
${fact('HTTP+SSE, for old clients', sse)}
${issuer === undefined ? nothing : audienceFact(facts)}
</dl>
</header>
<main>
${facts.signIn ? signInSection(facts, about?.notes ?? []) : callSection(facts)}
<section class="connect" aria-labelledby="connect-heading">
<h2 id="connect-heading">Connect a client</h2>
${revision(facts)}
<ul class="clients">
${(options.connectInstructions ?? []).map(client)}
</ul>
<p>Any other client: add a server of type HTTP with the URL <code>${mcp}</code>.
${facts.signIn ? 'Where the identity provider registers no clients by itself, give the client the client id that was registered there.' : ''}</p>
</section>
</main>
</body>
</html>
`.html;
}

/** Data for a script, as a `<script>` that is not run: no text in it can end the element. */
function dataBlock(id: string, data: unknown): Html {
  const json = { html: JSON.stringify(data).replaceAll('<', '\\u003c') };
  return html`<script type="application/json" id="${id}">${json}</script>`;
}

function stateOf({ state, signIn }: PageFacts): Html {
  if (state === 'waiting') {
    return html`<p class="state" id="state" data-state="waiting" role="status">Waiting for the identity provider</p>
<p id="waiting">It cannot be reached yet; the server’s log says why. Until then every call is answered with 503. This page looks again by itself.</p>`;
  }
  return html`<p class="state" id="state" data-state="ready" role="status">${signIn ? 'Ready' : 'Ready, open to everybody'}</p>`;
}

function fact(term: string, value: string | undefined): Html {
  if (value === undefined) return nothing;
  return html`<div><dt>${term}</dt><dd><code>${value}</code> ${copyButton(value, term)}</dd></div>`;
}

/** What has to stand in a token: what the IdP is to be told. */
function audienceFact({ audience, settings }: PageFacts): Html {
  if (audience.includes('*')) {
    return html`<div><dt>Audience of tokens</dt><dd>Any: it is not checked${settings.audience === undefined ? '' : ` (${settings.audience})`}</dd></div>`;
  }
  const values = audience.map((value) =>
    value === 'none'
      ? html`<span>or none at all</span>`
      : html`<code>${value}</code> ${copyButton(value, `audience ${value}`)}`,
  );
  return html`<div><dt>Audience of tokens</dt><dd>${values}</dd></div>`;
}

/** Which revision of MCP a client that opens with the newest speaks, as far as that is known before it has. */
function revision({ revisions: [newest, ...older] }: PageFacts): Html {
  if (newest === undefined) {
    return html`<p id="revision">Which revision of MCP a client of today speaks with this server stands here as soon as this page has called it.</p>`;
  }
  const others = older.map(
    (other, index) => html`<span>${other}${index < older.length - 1 ? ',' : '.'}</span>`,
  );
  return html`<p id="revision">A client of today speaks <strong>MCP ${newest}</strong> with this server.
${others.length === 0 ? '' : 'Older clients speak'}
${others}</p>`;
}

function copyButton(text: string, what: string): Html {
  return html`<button type="button" class="copy" data-copy="${text}"><span>Copy</span><span class="visually-hidden"> (${what})</span></button>`;
}

/** What a button starts, and where its steps are shown. */
function walk(heading: string, before: Html, button: string, { state }: PageFacts, after: Html): Html {
  return html`<section class="walk" aria-labelledby="walk-heading">
<h2 id="walk-heading" tabindex="-1">${heading}</h2>
${before}
<p class="actions"><button type="button" id="sign-in" class="primary"${disabledWhile(state)}>${button}</button></p>
${after}
<p id="announcement" class="visually-hidden" role="status"></p>
<ol id="steps" class="steps"></ol>
<section id="identity" class="identity" aria-labelledby="identity-heading" hidden></section>
<noscript><p>This part needs JavaScript.</p></noscript>
</section>`;
}

function callSection(facts: PageFacts): Html {
  const heading = `Call ${facts.tool ?? facts.title}`;
  const text = html`<p>There is nothing to sign in to. The button calls the server as any MCP client would, and shows what goes over the wire.</p>`;
  return walk(heading, text, heading, facts, nothing);
}

function signInSection(facts: PageFacts, notes: readonly string[]): Html {
  const { publicUrl, state } = facts;
  const text = html`<p>This page signs in as any MCP client does, and shows each request and response on the way, with the secrets masked. If the identity provider does not work with MCP, the step that fails says why.</p>
${notes.map((note) => html`<p class="note">${note}.</p>`)}`;
  const ownClient = html`<details id="own-client" class="own-client">
<summary>Use a client id that was registered before</summary>
<form id="client-form">
<p>At the identity provider, register a public client (no secret, PKCE with S256) with exactly this redirect URI, and allow the page’s origin (${new URL(publicUrl).origin}) to read its answers (CORS, web origins):</p>
<p><code>${publicUrl}/</code> ${copyButton(`${publicUrl}/`, 'redirect URI')}</p>
<p><label for="client-id">Client id</label>
<input id="client-id" name="client-id" autocomplete="off" autocapitalize="off" spellcheck="false" required>
<button type="submit"${disabledWhile(state)}>Sign in with it</button></p>
</form>
</details>`;
  return walk('Sign in, step by step', text, 'Sign in', facts, ownClient);
}

function disabledWhile(state: PageFacts['state']): Html {
  return state === 'waiting' ? html` disabled` : nothing;
}

function client({ client, command, paste, link, note }: ConnectInstruction): Html {
  const code = command ?? paste;
  return html`<li>
<h3>${client}</h3>
${code === undefined ? nothing : html`<div class="snippet"><pre tabindex="0"><code>${code}</code></pre>${copyButton(code, client)}</div>`}
${note === undefined ? nothing : html`<p class="note">${note}</p>`}
${link === undefined ? nothing : html`<p><a class="install" href="${link}">Install in ${client}</a></p>`}
</li>`;
}

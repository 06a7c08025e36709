/** The design of the page at `/` of an MCP server (`@mcp-whoami/sign-in-page`), as far as a page with a form needs it. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #f6f4ee;
  --sheet: #fffefb;
  --ink: #1b1d22;
  --quiet: #585c63;
  --rule: #d8d3c5;
  --accent: #0b5f59;
  --on-accent: #ffffff;
  --tint: #e3efec;
  --doubt: #835000;
  --doubt-tint: #fbf0dc;
  --sans: system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  font: 100% / 1.55 var(--sans);
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #101315;
    --sheet: #181c1f;
    --ink: #eceae3;
    --quiet: #a5aab1;
    --rule: #343a3f;
    --accent: #74d7c7;
    --on-accent: #0a1413;
    --tint: #16302d;
    --doubt: #f0b860;
    --doubt-tint: #2d2415;
  }
}
*, ::before, ::after { box-sizing: border-box; }
body { margin: 0; padding: clamp(0.5rem, 4vw, 3rem); background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }
main { display: grid; gap: 1rem; max-width: 34rem; margin-inline: auto; padding: clamp(1.1rem, 4vw, 1.75rem); border: 1px solid var(--rule); border-radius: 12px; background: var(--sheet); }
main > * { min-width: 0; }
h1, h2, p, ul, ol, dl, dd { margin: 0; }
h1 { font-size: 1.35rem; line-height: 1.25; letter-spacing: -0.01em; }
h2 { font-size: 1rem; line-height: 1.4; }
ul, ol { padding-left: 1.1rem; }
dt { font-size: 0.8125rem; color: var(--quiet); }
a { color: var(--accent); text-underline-offset: 0.2em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 3px; }
form { display: grid; gap: 0.75rem; justify-items: start; }
button { max-width: 100%; padding: 0.4rem 0.9rem; border: 1px solid var(--accent); border-radius: 6px; background: transparent; color: var(--accent); font: inherit; overflow-wrap: anywhere; cursor: pointer; }
button:hover { background: var(--tint); }
.primary { padding: 0.7rem 1.6rem; background: var(--accent); color: var(--on-accent); font-weight: 600; }
.primary:hover { background: color-mix(in srgb, var(--accent), var(--ink) 18%); }
.entries { display: grid; gap: 1rem; padding: 0; list-style: none; }
.entries > li { display: grid; gap: 0.5rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
.note { color: var(--quiet); font-size: 0.9375rem; }
.advice { padding: 0.75rem 1rem; border-left: 3px solid var(--doubt); border-radius: 0 6px 6px 0; background: var(--doubt-tint); }
`;

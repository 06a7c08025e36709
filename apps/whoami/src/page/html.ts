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

/** HTML that is safe as it stands. */
export interface Html {
  html: string;
}

/** Makes HTML: every value is escaped, unless it is HTML itself. */
export function html(parts: TemplateStringsArray, ...values: (string | Html | readonly Html[])[]): Html {
  const filled = values.map((value) => {
    if (typeof value === 'string') return escapeHtml(value);
    return 'html' in value ? value.html : value.map((item) => item.html).join('\n');
  });
  return { html: String.raw({ raw: parts }, ...filled) };
}

/** Data for a script, as a `<script>` that is not run: no text in it can end the element. */
export function dataBlock(id: string, data: unknown): Html {
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return { html: `<script type="application/json" id="${escapeHtml(id)}">${json}</script>` };
}

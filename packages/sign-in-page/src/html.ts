import { htmlEscape } from 'escape-goat';

/** HTML that is safe as it stands. */
export interface Html {
  html: string;
}

/** Makes HTML: every value is escaped, unless it is HTML itself. */
export function html(parts: TemplateStringsArray, ...values: (string | Html | readonly Html[])[]): Html {
  const filled = values.map((value) =>
    typeof value === 'string'
      ? htmlEscape(value)
      : [value]
          .flat()
          .map(({ html }) => html)
          .join('\n'),
  );
  return { html: String.raw({ raw: parts }, ...filled) };
}

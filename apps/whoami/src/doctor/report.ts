import { printable } from '@mcp-whoami/provider';
import { type Finding, type Section, type Severity, stopsSignIn } from './finding.ts';

/** All that the doctor found. */
export interface Report {
  provider: string | undefined;
  issuer: string | undefined;
  publicUrl: string | undefined;
  sections: readonly Section[];
}

/** Columns of a terminal. */
const WIDTH = 80;
/** Columns before the text of a finding. */
const INDENT = 10;
/** Characters of a text at most: some repeat what an IdP says. */
const MAX_TEXT_LENGTH = 2_000;

const labels: Readonly<Record<Severity, string>> = {
  error: 'ERROR',
  warning: 'warning',
  ok: 'ok',
  skipped: 'skipped',
};

/** Whether something stops a sign-in. */
export function hasError({ sections }: Report): boolean {
  return sections.some(({ findings }) => findings.some(stopsSignIn));
}

/** For people. */
export function renderReport(report: Report): string {
  const { provider, publicUrl, sections } = report;
  const about = [publicUrl, provider && `PROVIDER=${provider}`].filter((text) => text !== undefined);
  return [
    `whoami doctor: ${about.join(', ')}`,
    ...sections.flatMap(({ title, findings }) => ['', title, ...findings.flatMap(renderFinding)]),
    '',
    wrap(summaryOf(report), '', ''),
    '',
  ].join('\n');
}

function renderFinding({ severity, title, why, mend = [] }: Finding): string[] {
  const under = ' '.repeat(INDENT);
  return [
    wrap(title, `  ${labels[severity]}`.padEnd(INDENT), under),
    ...(why === undefined ? [] : [wrap(why, under, under)]),
    ...mend.map((line) => wrap(line, `${under}> `, `${under}  `)),
  ];
}

function summaryOf(report: Report): string {
  const findings = report.sections.flatMap((section) => section.findings);
  const count = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length;
  const counts = `Errors: ${count('error')}, warnings: ${count('warning')}, ok: ${count('ok')}, not looked at: ${count('skipped')}.`;
  return `${counts} ${hasError(report) ? 'A sign-in does not work before the errors are mended.' : 'Nothing that was looked at stops a sign-in.'}`;
}

/** Breaks a text between words; a word that is longer than a line stays whole, to be copied. */
function wrap(text: string, first: string, other: string): string {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of printable(text.replaceAll('\n', ' '), MAX_TEXT_LENGTH).split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = other;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join('\n');
}

/** For programs. Each member is always there. */
export function renderJson(report: Report): string {
  const { provider = null, issuer = null, publicUrl = null, sections } = report;
  const findings = sections.flatMap((section) =>
    section.findings.map(({ id, severity, title, why = null, mend = [] }) => ({
      section: section.title,
      id,
      severity,
      title,
      why,
      mend,
    })),
  );
  return `${JSON.stringify({ ok: !hasError(report), provider, issuer, publicUrl, findings }, null, 2)}\n`;
}

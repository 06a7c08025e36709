import { readFile, writeFile } from 'node:fs/promises';
import { renderChart } from './chart.ts';
import type { Report } from './report.ts';
import { renderGoals, renderSummary, renderTable } from './table.ts';

const root = new URL('../../../', import.meta.url);

/** Writes a report as JSON and as a picture, and its figures between the markers of the documents. */
export async function writeDocuments(report: Report): Promise<void> {
  await writeFile(new URL('docs/benchmark.json', root), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(new URL('docs/benchmark.svg', root), renderChart(report));
  await writePart('docs/benchmark.md', `${renderTable(report)}\n\n${renderGoals(report)}`);
  await writePart('README.md', renderSummary(report));
}

async function writePart(path: string, content: string) {
  const file = new URL(path, root);
  const document = await readFile(file, 'utf8');
  await writeFile(file, withPart(document, content));
}

/** @throws {Error} when the document has not the two markers. */
export function withPart(document: string, content: string): string {
  const [before, rest] = document.split('<!-- benchmark -->');
  const after = rest?.split('<!-- /benchmark -->')[1];
  if (before === undefined || after === undefined) throw new Error('the document has no <!-- benchmark -->');
  return `${before}<!-- benchmark -->\n${content}\n<!-- /benchmark -->${after}`;
}

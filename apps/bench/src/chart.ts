import { SLOW_IDP_MS } from './measure.ts';
import type { Report, Row } from './report.ts';

/** Sizes, in pixels. */
const WIDTH = 800;
const LABEL_WIDTH = 280;
const FIGURE_WIDTH = 70;
const TOP = 76;
const ROW_HEIGHT = 40;
const BAR_HEIGHT = 13;
const BAR_GAP = 2;

const style = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .small { font-size: 12px; fill: #59636e; }
  .other { fill: #818b98; }
  .ours { fill: #0969da; }
  .slow { opacity: 0.45; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .small { fill: #9198a1; }
    .other { fill: #767e89; }
    .ours { fill: #4493f8; }
  }
`;

/** The calls per second of a report as bars, an SVG for light and dark pages. */
export function renderChart({ rows }: Report): string {
  const most = Math.max(...rows.flatMap((row) => [row.requestsPerSecond, row.requestsPerSecondSlow ?? 0]));
  const widthOf = (figure: number) => Math.round((figure / most) * (WIDTH - LABEL_WIDTH - FIGURE_WIDTH));
  const height = TOP + rows.length * ROW_HEIGHT;
  const described = rows.map((row) => `${row.title}: ${row.requestsPerSecond}${slowText(row)}`).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">Signed-in calls of the tool whoami per second, by server</title>
<desc id="desc">${escapeXml(described)}</desc>
<style>${style}</style>
<g aria-hidden="true">
<text class="title" x="8" y="24">Calls of the tool whoami per second</text>
<rect class="ours" x="8" y="38" width="22" height="${BAR_HEIGHT}"/>
<text class="small" x="36" y="49">identity provider without latency</text>
<rect class="ours slow" x="250" y="38" width="22" height="${BAR_HEIGHT}"/>
<text class="small" x="278" y="49">identity provider that takes ${SLOW_IDP_MS} ms</text>
${rows.map((row, index) => renderRow(row, TOP + index * ROW_HEIGHT, widthOf)).join('\n')}
</g>
</svg>
`;
}

function renderRow(row: Row, top: number, widthOf: (figure: number) => number): string {
  const colour = row.ours ? 'ours' : 'other';
  const bar = (figure: number, y: number, kind: string) => {
    const width = widthOf(figure);
    return `<rect class="${kind}" x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}"/><text class="small" x="${LABEL_WIDTH + width + 6}" y="${y + BAR_HEIGHT - 2}">${figure}</text>`;
  };
  const { requestsPerSecondSlow: slow } = row;
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${top + (slow === undefined ? 11 : 18)}" text-anchor="end">${escapeXml(row.title)}</text>`,
    bar(row.requestsPerSecond, top, colour),
    ...(slow === undefined ? [] : [bar(slow, top + BAR_HEIGHT + BAR_GAP, `${colour} slow`)]),
  ].join('\n');
}

const slowText = ({ requestsPerSecondSlow: slow }: Row) =>
  slow === undefined ? '' : `, and ${slow} with an identity provider that takes ${SLOW_IDP_MS} ms`;

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

import type { Row } from './report.ts';

/** Sizes, in pixels. */
const WIDTH = 800;
const LABEL_WIDTH = 280;
const FIGURE_WIDTH = 70;
const TOP = 44;
const ROW_HEIGHT = 26;

const style = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .other { fill: #818b98; }
  .ours { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .other { fill: #767e89; }
    .ours { fill: #4493f8; }
  }
`;

/** The calls per second of each server as bars, an SVG for light and dark pages. */
export function renderChart(rows: readonly Row[]): string {
  const most = Math.max(...rows.map((row) => row.requestsPerSecond));
  const height = TOP + rows.length * ROW_HEIGHT;
  const bars = rows.map(({ title, ours, requestsPerSecond: figure }, index) => {
    const width = Math.round((figure / most) * (WIDTH - LABEL_WIDTH - FIGURE_WIDTH));
    const top = TOP + index * ROW_HEIGHT;
    return `<text x="${LABEL_WIDTH - 8}" y="${top + 13}" text-anchor="end">${title}</text>
<rect class="${ours ? 'ours' : 'other'}" x="${LABEL_WIDTH}" y="${top}" width="${width}" height="18"/>
<text x="${LABEL_WIDTH + width + 6}" y="${top + 13}">${figure}</text>`;
  });
  const described = rows.map(({ title, requestsPerSecond }) => `${title}: ${requestsPerSecond}`).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">Signed-in calls of the tool whoami per second, by server</title>
<desc id="desc">${described}</desc>
<style>${style}</style>
<g aria-hidden="true">
<text class="title" x="8" y="24">Calls of the tool whoami per second</text>
${bars.join('\n')}
</g>
</svg>
`;
}

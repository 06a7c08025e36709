import { filesOf } from '../packed-files.ts';

/** The programs of the guard's packed README, by the names that stand above them. */
export function readmePrograms(): ReadonlyMap<string, string> {
  const readme = filesOf('@mcp-whoami/guard').get('README.md') ?? '';
  const blocks = readme.matchAll(/^<!-- (\S+\.ts) -->\n```ts\n([\s\S]*?)^```$/gm);
  return new Map([...blocks].map(([, name = '', code = '']) => [name, code]));
}

/** How many blocks of TypeScript the README has, with a name or without. */
export function countPrograms(): number {
  const readme = filesOf('@mcp-whoami/guard').get('README.md') ?? '';
  return readme.match(/^```ts$/gm)?.length ?? 0;
}

import { posix } from 'node:path';
import { z } from 'zod';
import { filesOf, manifestOf } from './packed-files.ts';

const exported = z.union([z.string().transform((path) => ({ '.': path })), z.record(z.string(), z.string())]);

/** The entries of a package with the code that stands behind each, as the packed manifest has them. */
export function entriesOf(name: string): Readonly<Record<string, string>> {
  return exported.parse(manifestOf(name).exports);
}

/** Relative imports and exports in a declaration file, which name the source. */
const relative = /\bfrom '(\.[^']*)\.[jt]s'|\bimport\("(\.[^"]*)\.[jt]s"\)/g;

/** Every declaration that the entries of a package reach, without comments: a change to it may break somebody. */
export function publicDeclarations(name: string): string {
  const files = filesOf(name);
  const reached = new Set(Object.values(entriesOf(name)).map(declarationOf));
  for (const path of reached) {
    for (const [, from, imported] of (files.get(path) ?? '').matchAll(relative)) {
      reached.add(`${posix.join(posix.dirname(path), from ?? imported ?? '')}.d.ts`);
    }
  }
  const texts = [...reached].sort().map((path) => {
    const text = files.get(path);
    if (text === undefined) throw new Error(`${name} has no ${path}`);
    return `// ${path}\n${withoutComments(text)}`;
  });
  return texts.join('\n');
}

const declarationOf = (path: string) => posix.normalize(path).replace(/\.js$/, '.d.ts');

const withoutComments = (text: string) => text.replaceAll(/^[ \t]*\/\*[\s\S]*?\*\/[ \t]*\n/gm, '');

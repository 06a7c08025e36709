import { quote } from './printable.ts';

/** One way in which two names of one thing differ: what undoes it, and how it is told. */
interface Difference {
  undo(name: string): string;
  describe(expected: string, found: string): string;
}

/** Names from outside that are compared at most, and the longest of them, in characters: a refusal is to stay cheap. */
const MAX_COMPARED = 8;
const MAX_LENGTH = 300;

const portOf = (name: string) => /^[a-z][a-z\d+.-]*:\/\/(?:\[[^\]]*\]|[^/?#:]*)(:\d+)/i.exec(name)?.[1];
const hostOf = (name: string) => /^(?:[a-z][a-z\d+.-]*:\/\/)?(\[[^\]]*\]|[^/?#:]*)/i.exec(name)?.[1] ?? '';
const realmOf = (name: string) => /\/realms\/([^/]+)/.exec(name)?.[1] ?? '';
const schemeOf = (name: string) => /^([a-z][a-z\d+.-]*):/i.exec(name)?.[1]?.toLowerCase() ?? '';

/** A part that stands in one of the two alone. */
const extra = (part: string, inFound: boolean) => `${part}, which is ${inFound ? 'not expected' : 'missing'}`;

/** In the order in which they are undone: what stands at the end goes before the slash under it. */
const differences: readonly Difference[] = [
  {
    undo: (name) => name.replace(/^[\s"'<]+|[\s"'>]+$/g, ''),
    describe: () => 'by the quotes or blanks around it',
  },
  {
    undo: (name) =>
      name.replace(/\/\.well-known\/(?:openid-configuration|oauth-authorization-server)(?:\/.*)?$/, ''),
    describe: (_, found) => extra('by the well-known path at the end', found.includes('/.well-known/')),
  },
  {
    undo: (name) => name.replace(/\/+$/, ''),
    describe: (_, found) => extra('by the slash at the end', found.endsWith('/')),
  },
  {
    undo: (name) => name.replace(/\/v2\.0$/, ''),
    describe: (_, found) => extra('by /v2.0 at the end', /\/v2\.0\/?$/.test(found)),
  },
  {
    undo: (name) => name.replace(/\/oauth2\/default$/, ''),
    describe: (_, found) => extra('by /oauth2/default at the end', /\/oauth2\/default\/?$/.test(found)),
  },
  {
    undo: (name) => name.replace(/\/auth(?=\/realms\/)/, ''),
    describe: (_, found) => extra('by /auth before /realms', found.includes('/auth/realms/')),
  },
  {
    undo: (name) => name.replace(/^api:\/\//i, ''),
    describe: (_, found) => extra('by api:// at its beginning', /^api:/i.test(found)),
  },
  {
    undo: (name) => name.replace(/^https?:/i, 'http:'),
    describe: (expected, found) => `by the scheme, ${schemeOf(found)} for ${schemeOf(expected)}`,
  },
  {
    undo: (name) => name.replace(/^([a-z][a-z\d+.-]*:\/\/(?:\[[^\]]*\]|[^/?#:]*)):\d+/i, '$1'),
    describe: (expected, found) =>
      `by the port, ${portOf(found) ?? 'none'} for ${portOf(expected) ?? 'none'}`,
  },
  {
    undo: (name) =>
      name.replace(/^(https?:\/\/)(?:localhost|127\.0\.0\.1|\[::1\])(?=$|[:/?#])/i, '$1localhost'),
    describe: (expected, found) => `by the host, ${hostOf(found)} for ${hostOf(expected)}`,
  },
  {
    undo: (name) => name.replace(/\/realms\/[^/]+/, '/realms/'),
    describe: (expected, found) => `by the realm, ${realmOf(found)} for ${realmOf(expected)}`,
  },
  {
    undo: (name) => name.toLowerCase(),
    describe: () => 'in upper and lower case',
  },
];

const undoAll = (name: string, all: readonly Difference[]) =>
  all.reduce((text, { undo }) => undo(text), name);

/** The fewest of the known differences that make one name of the other; nothing where they differ in more. */
function differencesOf(expected: string, found: string): Difference[] | undefined {
  if (expected === found || Math.max(expected.length, found.length) > MAX_LENGTH) return undefined;
  const areOne = (all: readonly Difference[]) => undoAll(expected, all) === undoAll(found, all);
  if (!areOne(differences) || undoAll(found, differences) === '') return undefined;
  return differences.reduce<Difference[]>(
    (left, difference) => {
      const without = left.filter((other) => other !== difference);
      return areOne(without) ? without : left;
    },
    [...differences],
  );
}

/**
 * In what alone a name differs from the one that is accepted, for a person who would have to compare the two by eye:
 * `differs from "https://idp.example/" only by the slash at the end, which is missing`. It explains a refusal and is
 * never a reason to accept.
 *
 * @returns nothing where no two names are near to each other.
 * @example
 * nearMiss(['http://localhost:3001/mcp'], ['http://127.0.0.1:3001/mcp']);
 */
export function nearMiss(expected: readonly string[], found: readonly string[]): string | undefined {
  const misses = found.slice(0, MAX_COMPARED).flatMap((name) =>
    expected.flatMap((accepted) => {
      const known = differencesOf(accepted, name);
      return known === undefined ? [] : [{ accepted, name, known }];
    }),
  );
  const [nearest] = misses.toSorted((one, other) => one.known.length - other.known.length);
  if (nearest === undefined) return anotherPath(expected, found);
  const { accepted, name, known } = nearest;
  const ways = known.map(({ describe }) => describe(accepted, name)).join(', and ');
  // Where there is nothing to choose from, both stand right before.
  const both = expected.length === 1 && found.length === 1;
  return `${both ? 'they differ' : `${quote(name)} differs from ${quote(accepted)}`} only ${ways}`;
}

/** A URL of the same server with another path, such as its origin alone. */
function anotherPath(expected: readonly string[], found: readonly string[]): string | undefined {
  for (const name of found.slice(0, MAX_COMPARED)) {
    const url = name.length > MAX_LENGTH ? null : URL.parse(name);
    if (url === null || !/^https?:$/.test(url.protocol)) continue;
    const accepted = expected.find((entry) => URL.parse(entry)?.origin === url.origin);
    if (accepted === undefined) continue;
    const { pathname } = new URL(accepted);
    if (pathname === url.pathname) continue;
    const path = url.pathname === '/' ? 'no path' : `the path ${quote(url.pathname)}`;
    return `${quote(name)} is of the same host as ${quote(accepted)}, with ${path} for ${quote(pathname)}`;
  }
  return undefined;
}

/** The same as the end of a sentence that has said what was expected and what was found. */
export function withNearMiss(message: string, expected: readonly string[], found: readonly string[]): string {
  const miss = nearMiss(expected, found);
  return miss === undefined ? message : `${message}: ${miss}`;
}

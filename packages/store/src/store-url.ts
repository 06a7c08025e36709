import { StoreConfigurationError } from './errors.ts';

/** What a URL says of a store. */
export type StoreLocation =
  | { driver: 'memory' }
  | { driver: 'sqlite'; file: string }
  | { driver: 'redis'; server: RedisServer };

export interface RedisServer {
  host: string;
  port: number;
  tls: boolean;
  username?: string | undefined;
  password?: string | undefined;
  database: number;
  /** Its URL without the user's name and password. */
  shown: string;
}

/** Where Redis and Valkey listen. */
const REDIS_PORT = 6379;

const wrong = (found: string, expected: string, example: string): never => {
  throw new StoreConfigurationError({ setting: 'url', expected, found, example });
};

/** Reads the URL of a store. A {@link StoreConfigurationError} says what is wrong with it. */
export const parseStoreUrl = (text: string): StoreLocation => {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1];
  switch (scheme) {
    case 'memory':
      return text === 'memory:'
        ? { driver: 'memory' }
        : wrong('memory:…', 'nothing after memory:', 'memory:');
    case 'sqlite':
      return { driver: 'sqlite', file: parseFile(text.slice('sqlite:'.length)) };
    case 'redis':
    case 'rediss':
      return { driver: 'redis', server: parseServer(text, scheme) };
    default:
      return wrong(
        scheme === undefined ? 'a text without a scheme' : `${scheme}:…`,
        'memory:, sqlite:<file>, redis://<host> or rediss://<host>',
        'sqlite:./store.db',
      );
  }
};

const parseFile = (path: string): string => {
  const fail = (expected: string) => wrong(`sqlite:${path}`, expected, 'sqlite:/var/lib/bridge/store.db');
  if (path === '') fail('the path of a file after sqlite:');
  if (path === ':memory:') fail('memory: for a store that ends with the process');
  // SQLite takes it for a URI, and then opens another file than the one that is kept for its owner.
  if (path.startsWith('file:')) fail('a path, not a URI');
  if (path.includes('?')) fail('a path without a question mark: there are no options');
  // sqlite:///var/lib/… is how many write an absolute path; after two slashes comes a host.
  if (/^\/\/(?!\/)/.test(path))
    fail('one slash or three before an absolute path, none before a relative one');
  return path.replace(/^\/\/\//, '/');
};

const parseServer = (text: string, scheme: 'redis' | 'rediss'): RedisServer => {
  // Nothing after the scheme is shown: a password that is not encoded may be taken for any part of a URL.
  const fail = (what: string) =>
    wrong(
      `${scheme}:…, ${what}`,
      `${scheme}://[<user>:<password>@]<host>[:<port>][/<number of the database>], all of it percent-encoded`,
      `${scheme}://localhost:${REDIS_PORT}/0`,
    );
  const url = URL.parse(text) ?? fail('which is not a URL');
  if (url.hostname === '') fail('which has no host');
  if (url.search !== '' || url.hash !== '') fail('which has a ? or #');
  const database = /^\/?(\d*)$/.exec(url.pathname)?.[1] ?? fail('whose database is not a number');
  const decode = (part: string) => {
    try {
      return part === '' ? undefined : decodeURIComponent(part);
    } catch {
      return fail('which has a % that encodes nothing');
    }
  };
  return {
    // Brackets are the URL's, not the address's (RFC 3986 §3.2.2).
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? REDIS_PORT : Number(url.port),
    tls: scheme === 'rediss',
    username: decode(url.username),
    password: decode(url.password),
    database: Number(database),
    shown: `${scheme}://${url.host}${url.pathname}`,
  };
};

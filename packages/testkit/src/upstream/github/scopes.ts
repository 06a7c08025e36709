import type { Github } from './github.ts';

/** What each scope has in it: GitHub answers with the wider one alone. */
const includes: Record<string, readonly string[]> = {
  user: ['read:user', 'user:email', 'user:follow'],
  'admin:org': ['write:org', 'read:org'],
  'write:org': ['read:org'],
};

/** Those asked for now and those given before: an OAuth App's scopes stay. */
export const grantScopes = (github: Github, key: string, asked: string | null): readonly string[] => {
  if (github.app === 'github-app') return [];
  const all = new Set([...(asked ?? '').split(/[ ,]+/).filter(Boolean), ...(github.granted.get(key) ?? [])]);
  const scopes = [...all]
    .filter((scope) => ![...all].some((wider) => includes[wider]?.includes(scope)))
    .sort();
  github.granted.set(key, scopes);
  return scopes;
};

/** Whether a token has one of these scopes, itself or in a wider one. */
export const hasScope = (scopes: readonly string[], ...wanted: readonly string[]): boolean =>
  scopes.some((scope) => wanted.some((one) => one === scope || includes[scope]?.includes(one)));

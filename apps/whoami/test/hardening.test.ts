import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');

const compose = await read('compose.yaml');
const workflows = await Promise.all(
  (await readdir(new URL('.github/workflows/', root))).map(
    async (name) => [name, await read(`.github/workflows/${name}`)] as const,
  ),
);
describe('the containers of compose.yaml', () => {
  const services = compose
    .slice(compose.indexOf('\nservices:\n'))
    .split(/^ {2}(?=\w+:$)/m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf(':')), text] as const);

  it('are confined: a file system that is read-only, no capabilities, and none to be had', () => {
    expect(compose).toMatch(
      /^x-confined: &confined\n {2}read_only: true\n {2}cap_drop: \[ALL\]\n {2}security_opt: \[no-new-privileges:true\]\n/m,
    );
    expect(services.map(([name]) => name)).toEqual(['keycloak', 'whoami']);
  });

  it.each(services)('%s is one of them, of a user who is not root, open to this machine alone', (_, text) => {
    expect(text).toMatch(/^ {4}<<: \*confined$/m);
    expect(text).toMatch(/^ {4}user: "1000:\d+"$/m);
    expect(text).toMatch(/^ {4}ports: \["127\.0\.0\.1:[^,\]]+\]$/m);
    expect(text).not.toMatch(/^ {4}(privileged|cap_add|read_only|security_opt|network_mode|pid):/m);
  });

  it('get the files of the checkout to read only', () => {
    const mounts = compose.match(/(?<=[ "])\.\/?[\w./-]*:\/[^"\]\n]*/g);
    expect(mounts).toHaveLength(2);
    for (const mount of mounts ?? []) expect(mount).toMatch(/:ro$/);
  });
});

describe('a workflow', () => {
  it.each(workflows)('runs actions of a commit, not of a name that somebody can move: %s', (_, text) => {
    const uses = text.match(/(?<=\buses: ).*/g);
    expect(uses).not.toBeNull();
    for (const action of uses ?? []) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it.each(workflows)('may by itself read at most: %s', (_, text) => {
    expect(text).toMatch(/^permissions:( \{\}|\n {2}contents: read)\n(?! )/m);
  });

  it('that tests what anybody proposes has no right to write, and leaves no credentials behind', async () => {
    const text = await read('.github/workflows/ci.yml');
    expect(text).not.toMatch(/: write|pull_request_target|secrets\./);
    expect(text).toContain('persist-credentials: false');
  });
});

it('CI installs what the lock file says, and nothing else, before it runs anything of the repository', async () => {
  const scripts = await Promise.all(
    (await readdir(new URL('.ci/', root))).map((name) => read(`.ci/${name}`)),
  );
  const installs = scripts.flatMap((text) => text.match(/\bpnpm@\S+ install\b.*/g) ?? []);
  expect(installs.length).toBeGreaterThan(0);
  for (const install of installs) expect(install).toContain('--frozen-lockfile');
  expect(await read('.ci/run')).toMatch(/^npx -y pnpm@[\d.]+ install --frozen-lockfile\n\.ci\//m);
});

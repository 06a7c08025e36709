/** What every published package says alike, written once; `pnpm pack` asks for it (pnpm.io/pnpmfile). */
const path = require('node:path');

const repository = 'https://github.com/mcp-whoami/mcp-whoami';

/** What `npx` finds in place of the name that `pnpm --filter` finds. */
const publishedNames = { whoami: 'mcp-whoami' };

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

module.exports = { hooks: { beforePacking } };

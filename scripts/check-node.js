// Runs at the end of each installation, on the Node that every script of this repository then runs on. It is the
// installed one (`optionalDependencies` of the root), or the host's where no package has one for the platform.
const needed = 24; // the first with `await using`
const { execPath, version, platform, arch } = process;

if (Number.parseInt(version.slice(1), 10) < needed) {
  console.error(
    `mcp-whoami needs Node ${needed} or later, and the one here is ${version} (${execPath}). No package of npm brings one to ${platform} ${arch}: install it (https://nodejs.org), have it first on the PATH, and run the command again.`,
  );
  process.exit(1);
}

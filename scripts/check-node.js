// Runs at the end of each installation, on the Node that every script of this repository then runs on. It is the
// installed one (`optionalDependencies` of the root), or the host's where no package has one for the platform.
const needed = 24; // the first with `await using`
const { execPath, version, platform, arch } = process;

if (Number.parseInt(version.slice(1), 10) < needed) {
  process.stderr.write(
    `mcp-whoami needs Node ${needed} or later. The installation brought none for ${platform} ${arch} (there is none for musl, nor without optional dependencies), and the one on the PATH is ${version} (${execPath}). Install Node ${needed} (https://nodejs.org) and run the command again.\n`,
  );
  process.exit(1);
}

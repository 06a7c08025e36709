/**
 * Makes the function that finds the resource that a path belongs to: the guard's only one, or the one that has this
 * path. Of several none is guessed for another path: each takes only its own tokens.
 *
 * @param withoutPublicPath takes the path of the public URL off; it is off the paths that are looked up.
 */
export function createResourceFinder(
  resources: readonly [string, ...string[]],
  withoutPublicPath: (target: string) => string,
): (path: string) => string | undefined {
  const [only, ...others] = resources;
  if (others.length === 0) return () => only;
  const byPath = new Map(
    resources.map((resource) => [withoutPublicPath(new URL(resource).pathname), resource]),
  );
  return (path) => byPath.get(path);
}

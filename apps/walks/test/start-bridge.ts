import { freePort, startGithubLike } from '@mcp-whoami/testkit';
import { startWhoami } from './start-whoami.ts';

/** Starts whoami as a bridge, and the GitHub-like at which it signs people in. */
export const startBridge = async (environment: Readonly<Record<string, string>> = {}) => {
  await using stack = new AsyncDisposableStack();
  const port = String(await freePort());
  const redirectUri = `http://localhost:${port}/oauth/callback`;
  const github = stack.use(await startGithubLike({ redirectUri }));
  const whoami = stack.use(
    await startWhoami({
      PROVIDER: 'github',
      PORT: port,
      GITHUB_URL: github.origin,
      GITHUB_CLIENT_ID: github.client.id,
      GITHUB_CLIENT_SECRET: github.client.secret,
      ...environment,
    }),
  );
  const owned = stack.move();
  return { whoami, github, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

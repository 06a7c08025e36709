import { startGithubLike } from '@mcp-whoami/testkit';
import { connectSdkV1 } from '@mcp-whoami/testkit/clients';

/** A GitHub at which somebody signs in before a bridge is measured; the measured calls never ask it. */
export interface GithubSignIn extends AsyncDisposable {
  environment: Record<string, string>;
  /** Signs in at a server by its bridge, and gives the access token. */
  tokenOf(serverUrl: string): Promise<string>;
}

export async function startGithubSignIn(): Promise<GithubSignIn> {
  const github = await startGithubLike();
  return {
    environment: {
      GITHUB_URL: github.origin,
      GITHUB_CLIENT_ID: github.client.id,
      GITHUB_CLIENT_SECRET: github.client.secret,
    },
    tokenOf: async (serverUrl) => {
      github.registerRedirect(`${serverUrl}/oauth/callback`);
      await using client = await connectSdkV1(`${serverUrl}/mcp`, { user: { sub: 'ada' } });
      const token = client.tokens()?.access_token;
      if (token === undefined) throw new Error(`nobody can sign in at ${serverUrl}`);
      return token;
    },
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  };
}

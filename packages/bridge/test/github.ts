import type { Upstream } from '@mcp-whoami/provider';
import { type GithubLike, type GithubLikeOptions, startGithubLike } from '@mcp-whoami/testkit';
import { z } from 'zod';
import { type BridgeTestOptions, startBridge } from './bridge-under-test.ts';

const user = z.object({ id: z.number(), login: z.string(), name: z.string().nullable() });
const emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));
const organizations = z.array(z.object({ login: z.string() }));

/** As much of GitHub as these tests need; all of it is in the provider `github`. */
export function upstreamOf({
  origin,
  client,
  authorizationEndpoint,
  tokenEndpoint,
}: Pick<GithubLike, 'origin' | 'client' | 'authorizationEndpoint' | 'tokenEndpoint'>): Upstream {
  const api = `${origin}/api/v3`;
  return {
    id: 'github',
    title: 'GitHub',
    clientId: client.id,
    clientSecret: client.secret,
    clientAuth: 'client_secret_post',
    scopes: ['read:user', 'user:email', 'read:org'],
    server: {
      kind: 'oauth2',
      endpoints: { kind: 'byHand', authorizationEndpoint, tokenEndpoint },
      identify: async (ask) => {
        const { id, login, name } = user.parse((await ask(`${api}/user`))?.body);
        const addresses = emails.parse((await ask(`${api}/user/emails`))?.body);
        const groups = organizations.parse((await ask(`${api}/user/orgs`))?.body);
        const email = addresses.find(({ primary }) => primary)?.email;
        return {
          id: String(id),
          claims: { name, preferred_username: login, email },
          verifiedEmails: addresses.flatMap(({ email, verified }) => (verified ? [email] : [])),
          groups: groups.map((organization) => `org:${organization.login}`),
        };
      },
    },
  };
}

/** A bridge with a GitHub behind it, at which it is registered. */
export async function startWithGithub(
  options: Omit<BridgeTestOptions, 'upstream'> = {},
  like: GithubLikeOptions = {},
) {
  await using cleanup = new AsyncDisposableStack();
  const github = cleanup.use(await startGithubLike(like));
  const bridge = cleanup.use(await startBridge({ upstream: upstreamOf(github), ...options }));
  github.registerRedirect(`${bridge.publicUrl}/oauth/callback`);
  const running = cleanup.move();
  return { ...bridge, github, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

import type { AskAsPerson, Identity } from '@mcp-whoami/provider';
import { z } from 'zod';

const user = z.object({
  id: z.int().positive(),
  login: z.string().min(1),
  name: z.string().nullish(),
  avatar_url: z.string().nullish(),
  html_url: z.string().nullish(),
});

const emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));
const organizations = z.array(z.object({ login: z.string() }));
const teams = z.array(z.object({ slug: z.string(), organization: z.object({ login: z.string() }) }));

/** As much as GitHub gives, and it gives 30 otherwise. */
const PAGE_SIZE = 100;

/**
 * Asks GitHub's API who somebody is. Only what the lists of who may come look at is asked for: memberships are more
 * than this server needs to know otherwise.
 */
export async function identifyAtGithub(
  ask: AskAsPerson,
  api: string,
  wanted: { organizations: boolean; teams: boolean },
): Promise<Identity> {
  const answer = await ask(`${api}/user`);
  if (answer === undefined)
    throw new Error('GitHub does not tell who has signed in: is the account suspended?');
  const { id, login, name, avatar_url, html_url } = parse(user, answer.body, 'a user');
  const addresses = (await askAll(ask, `${api}/user/emails`, emails)).filter(({ verified }) => verified);
  const email = addresses.find(({ primary }) => primary)?.email;
  return {
    id: String(id),
    claims: {
      ...(name ? { name } : {}),
      preferred_username: login,
      ...(html_url ? { profile: html_url } : {}),
      ...(avatar_url ? { picture: avatar_url } : {}),
      ...(email === undefined ? {} : { email, email_verified: true }),
    },
    verifiedEmails: addresses.map((address) => address.email),
    groups: [
      ...(wanted.organizations ? await organizationsOf(ask, api) : []),
      ...(wanted.teams ? await teamsOf(ask, api) : []),
    ],
    ...(wanted.organizations || wanted.teams ? { groupsMissing } : {}),
  };
}

const groupsMissing =
  'GitHub names only organizations that have let this server’s app in (an OAuth App is approved under “Third-party access” of the organization, a GitHub App is installed there and may read its members), and none in which an invitation is still open';

/** Members alone: an open invitation is not in this list. */
async function organizationsOf(ask: AskAsPerson, api: string): Promise<string[]> {
  const all = await askAll(ask, `${api}/user/orgs`, organizations);
  return all.map(({ login }) => `org:${login}`);
}

async function teamsOf(ask: AskAsPerson, api: string): Promise<string[]> {
  const all = await askAll(ask, `${api}/user/teams`, teams);
  return all.map(({ slug, organization }) => `${organization.login}/${slug}`);
}

/** All pages of a list; none where the app may not read it. */
async function askAll<Entry>(ask: AskAsPerson, url: string, schema: z.ZodType<Entry[]>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let next: string | undefined = `${url}?per_page=${PAGE_SIZE}`; next !== undefined; ) {
    const page = await ask(next);
    if (page === undefined) return [];
    entries.push(...parse(schema, page.body, 'a list of what was asked for'));
    next = page.next;
  }
  return entries;
}

function parse<Output>(schema: z.ZodType<Output>, body: unknown, expected: string): Output {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Error(`GitHub’s API answers with something that is not ${expected}`);
  return parsed.data;
}

import type { Account } from '../accounts.ts';
import { type JsonObject, parseJsonObject } from '../json.ts';

export type UserinfoRequest = {
  /** Whose token it is; undefined when the token is missing, unknown, expired or revoked. */
  account: Account | undefined;
  token: string | undefined;
  scope: string | undefined;
  method: string;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
};

export type UserinfoReply = { status: number; body: unknown; headers?: Record<string, string> };

/** A user endpoint that is not OpenID's. */
export type UserinfoAnswer = (request: UserinfoRequest) => UserinfoReply;

/** GitHub's GET /user: a numeric `id`, no `sub`. */
export const githubLikeUser: UserinfoAnswer = ({ account, method }) => {
  if (method !== 'GET') return { status: 404, body: { message: 'Not Found' } };
  if (!account) return { status: 401, body: { message: 'Bad credentials', status: '401' } };
  return {
    status: 200,
    body: {
      login: account.sub,
      id: numericId(account),
      name: account.name,
      avatar_url: account.picture,
      email: null,
    },
  };
};

/** Linear's GraphQL: POST, the user at `data.viewer`, and a 200 that carries `errors` for a bad token. */
export const graphqlViewer: UserinfoAnswer = ({ account, method, body }) => {
  if (method !== 'POST') return { status: 405, body: { errors: [{ message: 'GET is not allowed' }] } };
  const query = parseJsonObject(body)?.query;
  if (typeof query !== 'string' || !query.includes('viewer')) {
    return { status: 400, body: { errors: [{ message: 'query missing' }] } };
  }
  if (!account) {
    return {
      status: 200,
      body: { data: null, errors: [{ message: 'Authentication required, not authenticated' }] },
    };
  }
  return {
    status: 200,
    body: { data: { viewer: { id: `usr_${account.sub}`, name: account.name, email: account.email } } },
  };
};

/** Slack: a bad token is a 200 with `ok: false`. */
export const slackLike: UserinfoAnswer = ({ account }) =>
  account
    ? {
        status: 200,
        body: { ok: true, ...claimsOf(account), 'https://slack.com/user_id': `U0${account.sub}` },
      }
    : { status: 200, body: { ok: false, error: 'invalid_auth' } };

/** Casdoor: a bad token is a 200 with `status: "error"`. */
export const casdoorLike: UserinfoAnswer = ({ account }) =>
  account
    ? { status: 200, body: claimsOf(account) }
    : { status: 200, body: { status: 'error', msg: 'Access token does not exist', sub: '', data: null } };

/** Dex: a bad token is a 403. */
export const dexLike: UserinfoAnswer = ({ account }) =>
  account ? { status: 200, body: claimsOf(account) } : { status: 403, body: { error: 'access_denied' } };

/** Notion: 400 without the header Notion-Version; the user at `bot.owner.user.id`. */
export const notionLike: UserinfoAnswer = ({ account, headers }) => {
  if (!headers['notion-version']) return { status: 400, body: { object: 'error', code: 'missing_version' } };
  if (!account) return { status: 401, body: { object: 'error', code: 'unauthorized' } };
  const user = {
    object: 'user',
    id: `id-${account.sub}`,
    name: account.name,
    person: { email: account.email },
  };
  return {
    status: 200,
    body: { object: 'user', id: 'the-bot', type: 'bot', bot: { owner: { type: 'user', user } } },
  };
};

const claimsOf = (account: Account): JsonObject => ({ ...account });

const numericId = (account: Account): number =>
  [...account.sub].reduce((id, letter) => id * 31 + letter.charCodeAt(0), 7);

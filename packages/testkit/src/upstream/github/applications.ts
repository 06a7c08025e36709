import { parseJsonObject } from '../../json.ts';
import { basicCredentials } from '../client.ts';
import type { Answer, Question } from '../serve.ts';
import { person, refusal, withoutUserAgent } from './api.ts';
import type { Github } from './github.ts';

/** `/applications/{client_id}/token` and `/grant`: the app asks about a token of its own, or ends it. */
export const answerApplication = (github: Github, question: Question): Answer => {
  const { method, headers, body, url } = question;
  const refused = withoutUserAgent(question);
  if (refused) return refused;
  const by = basicCredentials(headers.authorization);
  if (by?.id !== github.client.id || by.secret !== github.client.secret) {
    return refusal(401, by ? 'Bad credentials' : 'Requires authentication');
  }
  const value = parseJsonObject(body)?.access_token;
  if (typeof value !== 'string') return refusal(422, 'Validation Failed');
  const [, , , , clientId, kind] = url.pathname.split('/');
  const token = github.accessTokens.find(value);
  const account = token && github.people.find(token.key);
  if (clientId !== github.client.id || !token || !account || account.disabled)
    return refusal(404, 'Not Found');
  if (method === 'DELETE') {
    if (kind === 'grant') endAllOf(github, token.key);
    else github.accessTokens.end(value);
    return { status: 204, body: '' };
  }
  if (method !== 'POST' || kind !== 'token') return refusal(404, 'Not Found');
  return {
    status: 200,
    body: {
      id: 1,
      token: value,
      scopes: token.scopes,
      app: { client_id: github.client.id, name: 'stand-in', url: url.origin },
      user: person(url, account),
    },
  };
};

/** Takes the app's access to an account away. */
export const endAllOf = (github: Github, owner: string): void => {
  const isOwners = ({ key }: { key: string }) => key === owner;
  github.codes.endWhere(isOwners);
  github.accessTokens.endWhere(isOwners);
  github.refreshTokens.endWhere(isOwners);
  github.granted.delete(owner);
};

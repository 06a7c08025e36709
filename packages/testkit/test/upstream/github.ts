import { z } from 'zod';
import type { GithubLike } from '../../src/index.ts';
import { authorize, callback } from './walk.ts';

const object = z.record(z.string(), z.unknown());

export const askToken = async (github: GithubLike, form: Record<string, string>) => {
  const response = await fetch(github.tokenEndpoint, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({ client_id: github.client.id, client_secret: github.client.secret, ...form }),
  });
  return { status: response.status, body: object.parse(await response.json()) };
};

export const codeOf = async (github: GithubLike, more: Record<string, string> = {}): Promise<string> =>
  (await authorize(github, more)).answer.code ?? '';

export const tokenOf = async (github: GithubLike, scope = ''): Promise<string> => {
  const { body } = await askToken(github, { code: await codeOf(github, { scope }), redirect_uri: callback });
  return String(body.access_token);
};

export const askApi = async (github: GithubLike, path: string, token: string) => {
  const response = await fetch(path.startsWith('http') ? path : github.apiUrl + path, {
    headers: { authorization: `Bearer ${token}`, 'user-agent': 'test' },
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
};

export const askApplication = async (github: GithubLike, token: string, method = 'POST', kind = 'token') => {
  const { id, secret } = github.client;
  const response = await fetch(`${github.apiUrl}/applications/${id}/${kind}`, {
    method,
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}`, 'user-agent': 'test' },
    body: JSON.stringify({ access_token: token }),
  });
  return response.status;
};

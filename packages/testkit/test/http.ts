import { z } from 'zod';

const object = z.record(z.string(), z.unknown()).catch({});

const read = async (response: Response) => {
  const text = await response.text();
  return { status: response.status, text, body: object.parse(text.startsWith('{') ? JSON.parse(text) : {}) };
};

export const getJson = async (url: string | undefined, token?: string) =>
  read(await fetch(url ?? '', token ? { headers: { authorization: `Bearer ${token}` } } : {}));

export const postForm = async (
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
) => read(await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers }));

export const postJson = async (url: string, body: unknown) =>
  read(
    await fetch(url, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  );

import { z } from 'zod';

/** The administrator that `prebuilt/Dockerfile` makes. */
const administrator = { username: 'admin', password: 'admin' };

/** Half of what Keycloak gives the administrator's tokens. */
const tokenReuse = 30_000; // ms

const requestTimeout = 60_000; // ms: a realm's keys take seconds to make

const tokenAnswer = z.object({ access_token: z.string() });

/** A request of the Admin REST API, path below `/admin/realms`. Throws unless the answer is 2xx. */
export type Admin = (method: string, path: string, body?: unknown) => Promise<unknown>;

export const createAdmin = (origin: string): Admin => {
  let held: { token: string; until: number } | undefined;

  const token = async (): Promise<string> => {
    if (held && held.until > Date.now()) return held.token;
    const response = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...administrator }),
      signal: AbortSignal.timeout(requestTimeout),
    });
    const { access_token } = tokenAnswer.parse(await response.json());
    held = { token: access_token, until: Date.now() + tokenReuse };
    return access_token;
  };

  return async (method, path, body) => {
    const response = await fetch(`${origin}/admin/realms${path}`, {
      method,
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(requestTimeout),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Keycloak: ${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
};

import { createHash } from 'node:crypto';

export const callback = 'http://localhost:3001/callback';

export const verifier = 'a-code-verifier-of-more-than-forty-three-characters';

export const challenge = {
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
};

type Idp = { authorizationEndpoint: string; client: { id: string; secret: string } };

export const authorizationUrl = (
  { authorizationEndpoint, client }: Idp,
  more: Record<string, string> = {},
) => {
  const url = new URL(authorizationEndpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: callback,
    state: 'a-state',
    ...more,
  }).toString();
  return url;
};

/** Where an authorization request sends the browser at once; what it says on a page. */
export const authorize = async (idp: Idp, more: Record<string, string> = {}) => {
  const response = await fetch(authorizationUrl(idp, more), { redirect: 'manual' });
  const location = response.headers.get('location');
  const answer = location ? Object.fromEntries(new URL(location).searchParams) : {};
  return { status: response.status, location, answer, text: await response.text() };
};

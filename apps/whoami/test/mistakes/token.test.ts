import { request } from 'node:http';
import { refusalTexts } from '@mcp-whoami/provider';
import { type StandIn, startStandIn } from '@mcp-whoami/testkit';
import { type TokenMistake, tokenMistakes } from '@mcp-whoami/testkit/mistakes';
import { describe, expect, it } from 'vitest';
import { jsonRpcHeaders, startWhoami, whoamiCall } from '../start-whoami.ts';

const plain = ({ issuer }: StandIn) => ({ PROVIDER: 'generic-oidc', OIDC_ISSUER: issuer });

/** What the server tells whoever sent that. */
const send = (url: string, headers: Record<string, string>) =>
  new Promise<string>((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, async (answer) => {
      const body = (await answer.toArray()).join('');
      resolve(`${answer.statusCode} ${answer.headers['www-authenticate'] ?? ''} ${body}`);
    });
    sent.on('error', reject);
    sent.end(whoamiCall);
  });

/** Makes a mistake at a server of its own. */
const make = async ({ idp: options, environment = plain, token, request: unusual }: TokenMistake) => {
  await using idp = await startStandIn(options);
  await using whoami = await startWhoami(environment(idp));
  const resource = whoami.mcp;
  const sent = await token?.({
    idp,
    resource,
    sign: (claims, header = {}) => idp.signJwt(idp.validClaims({ aud: resource, ...claims }), { header }),
  });
  const told = await send(`${resource}${unusual?.query ?? ''}`, {
    ...jsonRpcHeaders,
    ...(sent === undefined ? {} : { authorization: `Bearer ${sent}` }),
    ...unusual?.headers,
  });
  return { told, sent, log: whoami.log.filter(({ fields }) => fields.reason !== 'proxy_not_trusted') };
};

describe('a mistake meets its mend in the log line', () => {
  it.each(tokenMistakes)('$title', async (mistake) => {
    const { told, sent, log } = await make(mistake);
    expect(log.map(({ fields }) => fields.reason)).toEqual([mistake.reason]);
    const line = log[0]?.message ?? '';
    for (const text of mistake.says) expect(line).toMatch(text);
    for (const text of mistake.told ?? []) expect(told).toMatch(text);
    // The client's text is constant, and nobody's settings are in it.
    const constant = Object.entries(refusalTexts).find(([code]) => code === mistake.reason)?.[1];
    if (constant !== undefined) expect(told).toContain(`"error_description":"${constant} (request `);
    expect(told).not.toMatch(/OIDC_|KEYCLOAK_|LOGTO_|OAUTH2_|PUBLIC_URL|ALLOWED_/);
    if (sent !== undefined) expect(line).not.toContain(sent);
  });
});

it('the mistakes are many, and no two have one title', () => {
  expect(tokenMistakes.length).toBeGreaterThanOrEqual(50);
  expect(new Set(tokenMistakes.map(({ title }) => title)).size).toBe(tokenMistakes.length);
});

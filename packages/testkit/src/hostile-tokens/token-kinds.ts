import { nativeClient } from '../stand-in/options.ts';
import type { Forge, HostileToken } from './row.ts';

const tokenTypeClaims = ['Refresh', 'Offline', 'ID', 'Logout'];

/** Signed by the IdP's own key and in date, but no bearer access token. */
export const otherTokenKinds = ({ claims, signed }: Forge): HostileToken[] => {
  const now = Math.floor(Date.now() / 1000);
  return [
    {
      name: 'an ID token with this server as its audience',
      source: 'OpenID Connect Core §2, RFC 8725 §2.8: one kind of JWT for another',
      token: signed(
        claims({ nonce: 'n-0S6', at_hash: '77QmUPtjPfzWtF2AnpK9RQ', c_hash: 'LDktKdoQak3Pk0cnXxCltA' }),
        { typ: 'JWT' },
      ),
      expectedCode: 'not_an_access_token',
    },
    {
      name: 'an ID token known by its nonce alone',
      source: 'RFC 8725 §2.8',
      token: signed(claims({ nonce: 'n-0S6' }), { typ: 'JWT' }),
      expectedCode: 'not_an_access_token',
    },
    {
      name: 'an ID token known by its c_hash alone',
      source: 'RFC 8725 §2.8',
      token: signed(claims({ c_hash: 'LDktKdoQak3Pk0cnXxCltA' }), { typ: undefined }),
      expectedCode: 'not_an_access_token',
    },
    {
      name: 'an ID token as the IdP issues it, for the client',
      source: 'OpenID Connect Core §2',
      token: signed(
        claims({ aud: nativeClient.client_id, at_hash: '77QmUPtjPfzWtF2AnpK9RQ', auth_time: now }),
        { typ: 'JWT' },
      ),
      expectedCode: 'audience_mismatch',
    },
    {
      name: 'a logout token without its typ',
      source: 'OpenID Connect Back-Channel Logout 1.0 §2.4',
      token: signed(claims({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }), {
        typ: 'JWT',
      }),
      expectedCode: 'not_an_access_token',
    },
    ...tokenTypeClaims.map((typ) => ({
      name: `Keycloak's claim typ: ${typ}`,
      source: 'RFC 8725 §2.8; Keycloak says the kind in a claim',
      token: signed(claims({ typ }), { typ: 'JWT' }),
      expectedCode: 'not_an_access_token',
    })),
    {
      name: 'bound to a DPoP key',
      source: 'RFC 9449 §6.1: not a bearer token',
      token: signed(claims({ cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } })),
      expectedCode: 'sender_constrained',
    },
    {
      name: 'bound to a client certificate',
      source: 'RFC 8705 §3.1',
      token: signed(claims({ cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } })),
      expectedCode: 'sender_constrained',
    },
  ];
};

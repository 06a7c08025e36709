import { nativeClient } from '../stand-in/options.ts';
import { encodePart } from '../stand-in/signing.ts';
import type { Forge, HostileToken } from './row.ts';

const tokenTypeClaims = ['Refresh', 'Offline', 'ID', 'Logout'];

/** Signed by the IdP's own key and in date, but no bearer access token. */
export const otherTokenKinds = ({
  idp,
  resource,
  attacker,
  claims,
  signed,
  attacked,
}: Forge): HostileToken[] => {
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
      name: 'a security event token without its typ',
      source: 'RFC 8417 §4: no access token, RFC 8725 §2.8',
      token: signed(
        claims({ events: { 'https://schemas.openid.net/secevent/risc/event-type/account-disabled': {} } }),
        { typ: 'JWT' },
      ),
      expectedCode: 'not_an_access_token',
    },
    {
      name: 'an introspection response without its typ',
      source: 'RFC 9701 §8.1: no access token, RFC 8725 §2.8',
      token: signed(
        { iss: idp.issuer, aud: resource, iat: now, token_introspection: { active: true, ...claims() } },
        { typ: 'JWT' },
      ),
      expectedCode: 'expiry_missing',
    },
    {
      name: 'an introspection response as it is',
      source: 'RFC 9701 §5',
      token: signed(
        { iss: idp.issuer, aud: resource, iat: now, token_introspection: { active: true, ...claims() } },
        { typ: 'token-introspection+jwt' },
      ),
      expectedCode: 'not_an_access_token',
    },
    {
      name: 'a userinfo response, signed',
      source: 'OpenID Connect Core §5.3.2: for the client, no expiry',
      token: signed(
        { iss: idp.issuer, aud: nativeClient.client_id, sub: 'ada', name: 'Ada' },
        { typ: 'JWT' },
      ),
      expectedCode: 'audience_mismatch',
    },
    {
      name: 'an authorization response (JARM)',
      source: 'JWT Secured Authorization Response Mode (JARM): for the client, names nobody',
      token: signed(
        { iss: idp.issuer, aud: nativeClient.client_id, exp: now + 600, code: 'a', state: 'b' },
        { typ: 'JWT' },
      ),
      expectedCode: 'audience_mismatch',
    },
    {
      name: 'a client assertion for the IdP',
      source: 'RFC 7523 §3: iss and sub are the client',
      token: attacked({
        iss: nativeClient.client_id,
        sub: nativeClient.client_id,
        aud: idp.tokenEndpoint,
        jti: 'a',
        exp: now + 600,
      }),
      expectedCode: 'issuer_mismatch',
    },
    {
      name: 'a DPoP proof',
      source: 'RFC 9449 §4.2',
      token: attacked(
        { jti: 'a', htm: 'POST', htu: resource, iat: now },
        { typ: 'dpop+jwt', kid: undefined, jwk: attacker.publicJwk },
      ),
      expectedCode: 'not_an_access_token',
    },
    {
      name: 'a request object of the client',
      source: 'RFC 9101 §10.8: cross-JWT confusion',
      token: attacked({
        iss: nativeClient.client_id,
        aud: idp.issuer,
        client_id: nativeClient.client_id,
        exp: now + 600,
      }),
      expectedCode: 'issuer_mismatch',
    },
    {
      name: 'an entity statement of the issuer',
      source: 'OpenID Federation 1.0 §3',
      token: signed(
        { iss: idp.issuer, sub: idp.issuer, iat: now, exp: now + 600, jwks: { keys: [] } },
        { typ: 'entity-statement+jwt' },
      ),
      expectedCode: 'not_an_access_token',
    },
    {
      name: 'an SD-JWT',
      source: 'SD-JWT: a JWT and its disclosures, for a verifier that knows them',
      token: `${signed(claims({ _sd_alg: 'sha-256' }))}~WyJzYWx0IiwiYWRtaW4iLHRydWVd~`,
      expectedCode: 'malformed_token',
    },
    {
      name: 'JWS with two signatures in the place of one',
      source: 'RFC 7515 §7.2: JSON serialization is not a JWT',
      token: encodePart({
        payload: encodePart(claims()),
        signatures: [{ protected: 'e30', signature: 'AA' }],
      }),
    },
    ...['token_type', 'token_use', 'tokenType'].flatMap((name) =>
      ['refresh_token', 'id_token', 'ID', 'Refresh-Token'].map((value) => ({
        name: `the claim ${name}: ${value}`,
        source: 'RFC 8725 §2.8; Cognito, Authlete and Casdoor say the kind in a claim',
        token: signed(claims({ [name]: value }), { typ: 'JWT' }),
        expectedCode: 'not_an_access_token',
      })),
    ),
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

import { ada, type StandInOptions } from '@mcp-whoami/testkit';
import { testProvider } from '@mcp-whoami/testkit/provider-suite';
import { logto } from '../src/index.ts';

/** Logto: issuer under /oidc, userinfo at /oidc/me, no dynamic registration, claims of the bare minimum. */
const idp = {
  issuerPath: '/oidc',
  userinfoPath: '/me',
  registration: 'off',
  accessTokenClaims: ({ iss, sub, aud, exp, iat, jti, client_id, scope }) => {
    return { iss, sub, aud, exp, iat, jti, client_id, scope };
  },
} satisfies StandInOptions;

testProvider('logto, a token that is bound to an API resource', {
  provider: logto,
  idp,
  environment: ({ origin }) => ({ LOGTO_ENDPOINT: origin }),
  provedBy: 'jwt',
  checksAudience: true,
  profile: { sub: ada.sub },
  noticesRevocation: false,
});

testProvider('logto, an opaque token without a resource', {
  provider: logto,
  idp,
  environment: ({ origin }) => ({ LOGTO_ENDPOINT: `${origin}/`, LOGTO_AUDIENCE: '*' }),
  issue: (standIn, { user }) => standIn.issueAccessToken({ user }),
  provedBy: 'userinfo',
  checksAudience: false,
  profile: { name: ada.name, email: ada.email },
  noticesRevocation: true,
});

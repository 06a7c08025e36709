import type { StandInOptions } from '../stand-in/options.ts';
import { keycloakLike, logtoLike } from '../stand-in/presets.ts';
import type { StandIn } from '../stand-in/start.ts';

/** A mistake in the environment that ends the start, and what the message has to say to it. */
export interface StartMistake {
  title: string;
  /** The IdP that is meant; a plain OpenID Connect provider unless told. */
  idp?: StandInOptions;
  environment(idp: StandIn): Record<string, string>;
  /** All of them are in the message. */
  says: readonly (string | RegExp)[];
  /** The line of the message to paste. The server starts with it. */
  mend?(idp: StandIn): string;
}

/** At an OpenID Connect provider of any make. */
const oidc = (issuer: string, others: Record<string, string> = {}) => ({
  PROVIDER: 'generic-oidc',
  OIDC_ISSUER: issuer,
  ...others,
});
const issuerLine = ({ issuer }: StandIn) => `OIDC_ISSUER=${issuer}`;
const tried = 'was tried: its metadata says exactly that issuer';
const hostOf = ({ origin }: StandIn) => new URL(origin).host;

/** The server's own variables, with nobody to sign in. */
const own = (environment: Record<string, string>) => () => ({ PROVIDER: 'none', ...environment });

/** What shells, files and documents do to an issuer. */
const copied: StartMistake[] = [
  {
    title: 'quotes around the issuer, as Docker and cmd keep them',
    environment: ({ issuer }) => oidc(`"${issuer}"`),
    says: ['quotes around it', tried],
    mend: issuerLine,
  },
  {
    title: 'single quotes around the issuer',
    environment: ({ issuer }) => oidc(`'${issuer}'`),
    says: ['quotes around it', tried],
    mend: issuerLine,
  },
  {
    title: 'typographic quotes around the issuer, as word processors make them',
    environment: ({ issuer }) => oidc(`“${issuer}”`),
    says: ['quotes around it', tried],
    mend: issuerLine,
  },
  {
    title: 'a comma behind the issuer, copied from JSON',
    environment: ({ issuer }) => oidc(`"${issuer}",`),
    says: ['a comma or semicolon behind it', 'quotes around it', tried],
    mend: issuerLine,
  },
  {
    title: 'a semicolon behind the issuer',
    environment: ({ issuer }) => oidc(`${issuer};`),
    says: ['a comma or semicolon behind it', tried],
    mend: issuerLine,
  },
  {
    title: 'the whole line of a shell as the value',
    environment: ({ issuer }) => oidc(`export OIDC_ISSUER="${issuer}"`),
    says: ['the name of a variable before it', tried],
    mend: issuerLine,
  },
  {
    title: 'a zero-width space in the issuer, copied from a web page',
    environment: ({ issuer }) => oidc(`${issuer}\u200b`),
    says: ['characters that cannot be seen', tried],
    mend: issuerLine,
  },
  {
    title: 'white space within the issuer, from a broken line',
    idp: { issuerPath: '/tenants/acme' },
    environment: ({ origin }) => oidc(`${origin}/tenants/ acme`),
    says: ['white space in it', tried],
    mend: issuerLine,
  },
  {
    title: 'angle brackets around the issuer, as mail has them',
    environment: ({ issuer }) => oidc(`<${issuer}>`),
    says: ['angle brackets around it', tried],
    mend: issuerLine,
  },
  {
    title: 'quotes around an issuer that cannot be reached',
    environment: () => oidc('"http://localhost:1"'),
    says: ['quotes around it', 'where no metadata was found'],
  },
];

/** An address of the IdP that is not the issuer. */
const addresses: StartMistake[] = [
  {
    title: 'a bare host',
    environment: (idp) => oidc(hostOf(idp)),
    says: ['it has no https:// before it', tried],
    mend: issuerLine,
  },
  {
    title: 'the URL of the OpenID Connect metadata',
    idp: { issuerPath: '/oauth2/aus1' },
    environment: ({ discoveryUrl = '' }) => oidc(discoveryUrl),
    says: ['it is the address of the metadata', tried],
    mend: issuerLine,
  },
  {
    title: 'the URL of RFC 8414 metadata, inserted before the path',
    idp: { issuerPath: '/tenant' },
    environment: ({ origin }) => oidc(`${origin}/.well-known/oauth-authorization-server/tenant`),
    says: ['it is the address of the metadata', tried],
    mend: issuerLine,
  },
  {
    title: 'the URL of RFC 8414 metadata, appended to the path',
    idp: { issuerPath: '/tenant' },
    environment: ({ issuer }) => oidc(`${issuer}/.well-known/oauth-authorization-server`),
    says: ['it is the address of the metadata', tried],
    mend: issuerLine,
  },
  {
    title: 'the URL of RFC 8414 metadata, for oauth2-custom',
    idp: { metadata: 'rfc8414', issuerPath: '/oauth' },
    environment: ({ discoveryUrl = '' }) => ({ PROVIDER: 'oauth2-custom', OAUTH2_ISSUER: discoveryUrl }),
    says: ['it is the address of the metadata', tried],
    mend: ({ issuer }) => `OAUTH2_ISSUER=${issuer}`,
  },
  {
    title: 'the authorization endpoint, with its query',
    environment: ({ origin }) => oidc(`${origin}/authorize?client_id=a&state=S3CRET`),
    says: ['it is the address of an endpoint', tried],
    mend: issuerLine,
  },
  {
    title: 'the token endpoint of Okta',
    idp: { issuerPath: '/oauth2/default' },
    environment: ({ issuer }) => oidc(`${issuer}/v1/token`),
    says: ['it is the address of an endpoint', tried],
    mend: issuerLine,
  },
  {
    title: 'the authorization endpoint of Entra ID',
    idp: { issuerPath: '/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0' },
    environment: ({ origin }) => oidc(`${origin}/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/oauth2/v2.0/authorize`),
    says: ['it is the address of an endpoint', tried],
    mend: issuerLine,
  },
  {
    title: 'the issuer of Entra ID without its version',
    idp: { issuerPath: '/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0' },
    environment: ({ origin }) => oidc(`${origin}/8eaef023-2b34-4da1-9baa-8bc8c9d6a490`),
    says: ['its path is too short', tried],
    mend: issuerLine,
  },
  {
    title: 'the organization of Okta instead of its authorization server',
    idp: { issuerPath: '/oauth2/default' },
    environment: ({ origin }) => oidc(origin),
    says: ['its path is too short', tried],
    mend: issuerLine,
  },
  {
    title: 'a page below the issuer',
    idp: { issuerPath: '/tenant' },
    environment: ({ issuer }) => oidc(`${issuer}/settings`),
    says: ['its path is one step too long', tried],
    mend: issuerLine,
  },
  {
    title: 'the page of the realm in Keycloak’s console',
    idp: keycloakLike,
    environment: ({ origin }) => ({
      PROVIDER: 'keycloak',
      KEYCLOAK_ISSUER: `${origin}/admin/master/console/#/mcp-realm/clients`,
    }),
    says: ['a page of Keycloak’s console', tried],
    mend: ({ issuer }) => `KEYCLOAK_ISSUER=${issuer}`,
  },
  {
    title: 'the page of the realm in an old console of Keycloak',
    idp: keycloakLike,
    environment: ({ origin }) => ({
      PROVIDER: 'keycloak',
      KEYCLOAK_ISSUER: `${origin}/admin/master/console/#/realms/mcp-realm`,
    }),
    says: ['a page of Keycloak’s console', tried],
    mend: ({ issuer }) => `KEYCLOAK_ISSUER=${issuer}`,
  },
  {
    title: 'the token endpoint of Keycloak',
    idp: keycloakLike,
    environment: ({ issuer }) => ({
      PROVIDER: 'keycloak',
      KEYCLOAK_ISSUER: `${issuer}/protocol/openid-connect/token`,
    }),
    says: ['it is the address of an endpoint', tried],
    mend: ({ issuer }) => `KEYCLOAK_ISSUER=${issuer}`,
  },
  {
    title: 'a realm under /auth, as Keycloak had it before version 17',
    idp: keycloakLike,
    environment: ({ origin }) => ({
      PROVIDER: 'keycloak',
      KEYCLOAK_ISSUER: `${origin}/auth/realms/mcp-realm`,
    }),
    says: ['another version of Keycloak', tried],
    mend: ({ issuer }) => `KEYCLOAK_ISSUER=${issuer}`,
  },
  {
    title: 'the issuer of Logto where its endpoint is asked',
    idp: logtoLike,
    environment: ({ issuer }) => ({ PROVIDER: 'logto', LOGTO_ENDPOINT: issuer }),
    says: ['without a path', tried],
    mend: ({ origin }) => `LOGTO_ENDPOINT=${origin}`,
  },
  {
    title: 'the bare host of a tenant of Logto',
    idp: logtoLike,
    environment: (idp) => ({ PROVIDER: 'logto', LOGTO_ENDPOINT: hostOf(idp) }),
    says: [tried],
    mend: ({ origin }) => `LOGTO_ENDPOINT=${origin}`,
  },
];

/** An issuer that is almost right. */
const spelled: StartMistake[] = [
  {
    title: 'the slash at the end is missing, as for Auth0',
    idp: { issuerPath: '/' },
    environment: ({ origin }) => oidc(origin),
    says: ['differ only by a trailing slash', tried],
    mend: issuerLine,
  },
  {
    title: 'a slash too many at the end',
    environment: ({ issuer }) => oidc(`${issuer}/`),
    says: ['differ only by a trailing slash', tried],
    mend: issuerLine,
  },
  {
    title: 'the bare domain of Auth0',
    idp: { issuerPath: '/' },
    environment: (idp) => oidc(hostOf(idp)),
    says: ['it has no https:// before it', tried],
    mend: issuerLine,
  },
  {
    title: 'https for http',
    environment: ({ issuer }) => oidc(issuer.replace('http:', 'https:')),
    says: ['its scheme is another one', /OIDC_ISSUER=http:/],
  },
  {
    title: 'the scheme and the host in upper case',
    environment: ({ issuer }) => oidc(issuer.toUpperCase()),
    says: [tried],
    mend: issuerLine,
  },
  {
    title: 'the path in upper case',
    idp: { issuerPath: '/realms/acme' },
    environment: ({ origin }) => oidc(`${origin}/Realms/Acme`),
    says: ['upper and lower case', tried],
    mend: issuerLine,
  },
  {
    title: '127.0.0.1 for localhost',
    environment: ({ issuer }) => oidc(issuer.replace('localhost', '127.0.0.1')),
    says: ['compared byte for byte', tried],
    mend: issuerLine,
  },
  {
    title: 'a pattern that was never filled in',
    environment: ({ origin }) => oidc(`${origin}/<your tenant>/v2.0`),
    says: ['OIDC_ISSUER does not work', 'a URL without'],
  },
];

/** Values of the server's own variables, and of lists, numbers and words. */
const values: StartMistake[] = [
  {
    title: 'the URL of the endpoint as the public URL',
    environment: own({ PUBLIC_URL: 'https://mcp.example.com/mcp' }),
    says: ['before this server’s own paths'],
    mend: () => 'PUBLIC_URL=https://mcp.example.com',
  },
  {
    title: 'a public URL without a scheme',
    environment: own({ PUBLIC_URL: 'mcp.example.com' }),
    says: ['it has no https:// before it'],
    mend: () => 'PUBLIC_URL=https://mcp.example.com',
  },
  {
    title: 'quotes around the public URL',
    environment: own({ PUBLIC_URL: "'https://mcp.example.com'" }),
    says: ['quotes around it'],
    mend: () => 'PUBLIC_URL=https://mcp.example.com',
  },
  {
    title: 'a list as JSON',
    environment: ({ issuer }) => oidc(issuer, { OIDC_AUDIENCE: '["https://a.example/mcp", "api"]' }),
    says: ['OIDC_AUDIENCE does not work', 'a list is not JSON here'],
    mend: () => 'OIDC_AUDIENCE=https://a.example/mcp,api',
  },
  {
    title: 'quotes around an audience, for which every token would be refused',
    environment: ({ issuer }) => oidc(issuer, { OIDC_AUDIENCE: '"https://a.example/mcp"' }),
    says: ['OIDC_AUDIENCE does not work', 'quotes around it'],
    mend: () => 'OIDC_AUDIENCE=https://a.example/mcp',
  },
  {
    title: 'scopes as JSON',
    environment: ({ issuer }) => oidc(issuer, { OIDC_SCOPES: '["openid","email"]' }),
    says: ['a list is not JSON here'],
    mend: () => 'OIDC_SCOPES=openid,email',
  },
  {
    title: 'quotes around a client id',
    environment: ({ issuer }) => oidc(issuer, { OIDC_CLIENT_ID: '"whoami"' }),
    says: ['OIDC_CLIENT_ID does not work', 'quotes around it'],
    mend: () => 'OIDC_CLIENT_ID=whoami',
  },
  {
    title: 'a URL as a host that is allowed',
    environment: own({ ALLOWED_HOSTS: 'https://whoami.internal:8443/' }),
    says: ['more than a host'],
    mend: () => 'ALLOWED_HOSTS=whoami.internal:8443',
  },
  {
    title: 'an origin without its scheme',
    environment: own({ ALLOWED_ORIGINS: 'inspector.example.com' }),
    says: ['not as a browser sends its origin'],
    mend: () => 'ALLOWED_ORIGINS=https://inspector.example.com',
  },
  {
    title: 'an origin with a path',
    environment: own({ ALLOWED_ORIGINS: 'https://inspector.example.com/app/' }),
    says: ['not as a browser sends its origin'],
    mend: () => 'ALLOWED_ORIGINS=https://inspector.example.com',
  },
  {
    title: 'a number with a unit',
    environment: ({ issuer }) => oidc(issuer, { OIDC_TOKEN_CACHE_SECONDS: '30s' }),
    says: ['it has a unit'],
    mend: () => 'OIDC_TOKEN_CACHE_SECONDS=30',
  },
  {
    title: 'a number of hours',
    environment: ({ issuer }) => oidc(issuer, { OIDC_KEYS_MAX_AGE_SECONDS: '12h' }),
    says: ['it has a unit'],
    mend: () => 'OIDC_KEYS_MAX_AGE_SECONDS=43200',
  },
  {
    title: 'an address as the port',
    environment: own({ PORT: '0.0.0.0:0' }),
    says: ['it is more than a number'],
    mend: () => 'PORT=0',
  },
  {
    title: 'a word for the number of proxies',
    environment: own({ TRUSTED_PROXIES: 'true' }),
    says: ['a number of proxies'],
    mend: () => 'TRUSTED_PROXIES=1',
  },
  {
    title: '1 for true',
    environment: own({ DISCOVERY_RETRY: '1' }),
    says: ['true or false'],
    mend: () => 'DISCOVERY_RETRY=true',
  },
  {
    title: 'off for false',
    environment: own({ DISCOVERY_RETRY: 'Off' }),
    says: ['true or false'],
    mend: () => 'DISCOVERY_RETRY=false',
  },
  {
    title: 'yes for true, where a bridge is wanted',
    environment: ({ issuer }) => oidc(issuer, { BRIDGE: 'yes' }),
    says: ['true or false'],
    mend: () => 'BRIDGE=true',
  },
  {
    title: 'prod for production',
    environment: own({ NODE_ENV: 'prod' }),
    says: ['production, development, test'],
    mend: () => 'NODE_ENV=production',
  },
  {
    title: 'a method in lower case and misspelled',
    environment: ({ issuer }) => oidc(issuer, { OIDC_CLIENT_AUTH: 'client-secret-post' }),
    says: ['client_secret_basic, client_secret_post'],
    mend: () => 'OIDC_CLIENT_AUTH=client_secret_post',
  },
  {
    title: 'a URL as the address to listen on',
    environment: own({ HOST: 'http://127.0.0.1:3001' }),
    says: ['an address of this machine'],
    mend: () => 'HOST=127.0.0.1',
  },
];

/** Names of products and misspelled names of providers. */
const providers: StartMistake[] = [
  ...[
    ['auth0', 'generic-oidc', 'OIDC_ISSUER=https://'],
    ['Okta', 'generic-oidc', '/oauth2/default'],
    ['cognito', 'generic-oidc', 'OIDC_ISSUER=https://cognito-idp.'],
    ['workos', 'generic-oidc', 'OIDC_ISSUER=https://'],
    ['zitadel', 'generic-oidc', 'OIDC_ISSUER=https://'],
    ['authentik', 'generic-oidc', '/application/o/'],
    ['fusionauth', 'generic-oidc', 'OIDC_ISSUER=https://'],
    ['azure', 'entra', 'ENTRA_TENANT='],
    ['Azure AD', 'entra', 'ENTRA_TENANT='],
    ['microsoft', 'entra', 'ENTRA_TENANT='],
    ['entra-id', 'entra', 'ENTRA_TENANT='],
    ['gitlab', 'generic-oidc', 'OIDC_ISSUER=https://gitlab.com'],
    ['slack', 'generic-oidc', 'OIDC_ISSUER=https://slack.com'],
    ['linear', 'oauth2-custom', 'OAUTH2_'],
    ['oidc', 'generic-oidc', 'OIDC_ISSUER='],
    ['oauth2', 'oauth2-custom', 'OAUTH2_ISSUER='],
  ].map(([name = '', provider = '', variables = '']) => ({
    title: `the product ${name} as the provider`,
    environment: () => ({ PROVIDER: name }),
    says: [`PROVIDER does not work: ${name}`, variables, `providers/${provider}/README.md`],
    mend: () => `PROVIDER=${provider}`,
  })),
  ...[
    ['keyclok', 'keycloak'],
    ['Keycloak', 'keycloak'],
    ['generic_oidc', 'generic-oidc'],
    ['gihtub', 'github'],
    ['"logto"', 'logto'],
    ['development', 'dev'],
  ].map(([name = '', provider = '']) => ({
    title: `${name} for ${provider}`,
    environment: () => ({ PROVIDER: name }),
    says: ['PROVIDER does not work'],
    mend: () => `PROVIDER=${provider}`,
  })),
];

/** Mistakes in the environment, each with what the message of the start has to say. */
export const startMistakes: readonly StartMistake[] = [
  ...copied,
  ...addresses,
  ...spelled,
  ...values,
  ...providers,
];

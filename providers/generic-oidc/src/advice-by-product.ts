import type { Advice } from '@mcp-whoami/provider';

/** An identity provider that its issuer tells, and what to change there, in the words of its console. */
export interface Product {
  name: string;
  issuer: RegExp;
  /** Where that is from, and when it was looked up. */
  source: string;
  /** By the accepted audience: all of it as one text, and the first alone. Settings of this server are in braces. */
  advice(audience: string, first: string): Advice;
}

const acceptOnPurpose = 'or, last, accept the token’s audience on purpose with {audience}';
const acceptNone = 'or, last, accept tokens without an audience on purpose with {audience=none}';

export const products: readonly Product[] = [
  {
    name: 'Auth0',
    issuer: /^https:\/\/[\w.-]+\.auth0\.com\/$/,
    source:
      'auth0.com/ai/docs/mcp/guides/resource-param-compatibility-profile, auth0.com/docs/get-started/apis, 2026-12',
    advice: (audience) => {
      const api = `Create an API with the identifier ${audience} (Applications > APIs), and switch on Resource Parameter Compatibility Profile (Settings > Advanced), as Auth0 otherwise looks at its own parameter \`audience\` alone`;
      const defaultAudience =
        'for clients that name no API, set Default Audience to it (Settings > General > API Authorization Settings)';
      return {
        audience_mismatch: `${api}; ${acceptOnPurpose}`,
        audience_unknown: `${api}; ${defaultAudience}`,
        encrypted_token: `The client named no API, so Auth0 issued a token for its own userinfo endpoint, which nobody else can read. ${api}; ${defaultAudience}`,
        opaque_token: `The client named no API, so Auth0 issued a token for its own userinfo endpoint. ${api}; ${defaultAudience}`,
        issuer_mismatch:
          'The issuer of Auth0 ends with a slash. With a custom domain (Branding > Custom Domains) it is that domain: {issuer} has to be the one that the client signed in at',
        algorithm_not_allowed:
          'Set JSON Web Token Signature Algorithm of the API to RS256 (Applications > APIs > the API > Settings)',
        unknown_key:
          'The key was rotated and revoked (Settings > Signing Keys), or the token is of another tenant: sign in again',
        expired:
          'The client has to refresh it; how long tokens last is Maximum Access Token Lifetime (Applications > APIs > the API > Settings)',
        insufficient_scope:
          'Add the permission to the API (Applications > APIs > the API > Permissions), give it to the user, directly or by a role (User Management > Users > the user > Permissions), and name it in {scopes}',
      };
    },
  },
  {
    name: 'Okta',
    issuer: /^https:\/\/[\w.-]+\.okta(?:preview|-emea)?\.com(?:\/oauth2\/[\w-]+)?$/,
    source:
      'help.okta.com/oie/en-us/content/topics/security/api-config-auth-server.htm, developer.okta.com/docs/concepts/auth-servers, 2026-12',
    advice: (_, audience) => {
      const server = `Set Audience of a custom authorization server to ${audience} (Security > API > Authorization Servers > the server > Settings)`;
      return {
        audience_mismatch: `${server}: Okta puts that into every token of the server, whatever \`resource\` the client asks for; ${acceptOnPurpose}`,
        audience_unknown: server,
        issuer_mismatch:
          'The token is of another authorization server of Okta: the org’s own has no path, custom ones end with /oauth2/default or /oauth2/<id>. Set {issuer} to Issuer URI of the one that is for this server (Security > API > Authorization Servers)',
        unknown_key:
          'A token of the org authorization server can be verified by Okta alone: use a custom one (Security > API > Authorization Servers), whose issuer ends with /oauth2/default or /oauth2/<id>',
        bad_signature:
          'A token of the org authorization server can be verified by Okta alone: use a custom one (Security > API > Authorization Servers). Otherwise the token was changed on its way: sign in again',
        expired:
          'The client has to refresh it; how long tokens last is Security > API > Authorization Servers > the server > Access Policies > the rule',
        insufficient_scope:
          'Add the scope (Security > API > Authorization Servers > the server > Scopes), let a rule of the access policy grant it to the client and the user (Access Policies), and name it in {scopes}',
      };
    },
  },
  {
    name: 'Entra ID',
    issuer:
      /^https:\/\/(?:login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn|sts\.windows\.net|[\w-]+\.ciamlogin\.com)\//,
    source:
      'learn.microsoft.com/entra/identity-platform/access-tokens, …/reference-microsoft-graph-app-manifest, …/identifier-uri-restrictions, 2026-12',
    advice: (audience) => {
      const api = `Have the client ask for a scope of this server’s app registration (App registrations > the app > Expose an API), and name that scope in {scopes}: \`aud\` is then its Application (client) ID, in tokens of version 1.0 its Application ID URI. Entra ID does not put ${audience} there unless that is its Application ID URI. Accept it with {audience=<application id>}`;
      return {
        audience_mismatch: api,
        audience_unknown: api,
        encrypted_token:
          'Token encryption is on for the app registration (Enterprise applications > the app > Token encryption): switch it off',
        opaque_token:
          'Entra ID issues an opaque token to personal accounts, and for APIs that are Microsoft’s own: have the client ask for a scope of this server’s app registration (App registrations > the app > Expose an API), and name that scope in {scopes}',
        issuer_mismatch:
          'The token is of another tenant, or of the other version: set `requestedAccessTokenVersion` to 2 in the manifest of the API’s app registration (App registrations > the app > Manifest), and {issuer} to https://login.microsoftonline.com/<tenant id>/v2.0',
        bad_signature:
          'A token for Microsoft Graph, whose header has a `nonce`, can be verified by Graph alone: have the client ask for a scope of this server’s app registration instead (App registrations > the app > Expose an API)',
        unknown_key:
          'The token is of another tenant or cloud, or of an app with keys of its own (claims mapping): sign in again at the issuer that {issuer} names',
        not_an_access_token:
          'The client sent its ID token: it has to send `access_token`, for which it must ask for a scope of this server’s app registration (Expose an API) beside openid',
        expired:
          'The client has to refresh it; tokens last 60 to 90 minutes unless a token lifetime policy says otherwise',
        insufficient_scope:
          'Add the scope (App registrations > the app > Expose an API), give the client the permission (App registrations > the client > API permissions, Grant admin consent), and name the long form api://<application id>/<scope> in {scopes}. Application roles are in `roles` and are no scopes',
      };
    },
  },
  {
    name: 'Amazon Cognito',
    issuer: /^https:\/\/cognito-idp\.[\w-]+\.amazonaws\.com(?:\.cn)?\//,
    source:
      'docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html, …/cognito-user-pools-resource-servers.html, 2026-12',
    advice: (audience) => {
      const none = `Cognito puts ${audience} into \`aud\` where the pool has the Essentials or Plus plan and managed login, and the client names it as \`resource\`; otherwise a pre token generation trigger (User pools > the pool > Extensions, event version 2) has to add it`;
      return {
        audience_unknown: `${none}; ${acceptNone}, where all app clients of the pool are your own`,
        audience_mismatch: `${none}; ${acceptOnPurpose}`,
        not_an_access_token:
          'The client sent its ID token (`token_use` is "id"): it has to send `access_token`',
        issuer_mismatch:
          'The token is of another user pool: {issuer} is https://cognito-idp.<region>.amazonaws.com/<user pool id> (User pools > the pool > Overview), not the domain of the sign-in page',
        unknown_key:
          'The token is of another user pool, whose keys are its own: sign in again at the pool that {issuer} names',
        expired:
          'The client has to refresh it; how long tokens last is User pools > the pool > App clients > the client > Access token expiration',
        revoked: 'The refresh token was revoked or the user signed out everywhere: sign in again',
        insufficient_scope:
          'Add a resource server with the custom scope (User pools > the pool > Domain > Resource servers), allow it for the client (App clients > the client > Login pages > Custom scopes), and name it in {scopes} as <resource server>/<scope>',
      };
    },
  },
  {
    name: 'Google',
    issuer: /^https:\/\/accounts\.google\.com$/,
    source: 'developers.google.com/identity/protocols/oauth2, 2026-12',
    advice: () => {
      const bridge =
        'Google’s access tokens are opaque, and for Google’s own APIs alone, so no setting there makes one for this server: take PROVIDER=google, which signs people in at Google and issues tokens of its own. Never accept them with {audience=none}: those of any application in the world would let their holders in';
      return {
        audience_mismatch: bridge,
        audience_unknown: bridge,
        opaque_token: bridge,
        encrypted_token: bridge,
        not_an_access_token: `The client sent Google’s ID token. ${bridge}`,
      };
    },
  },
  {
    name: 'WorkOS AuthKit',
    issuer: /^https:\/\/(?:[\w-]+\.authkit\.app|api\.workos\.com(?:\/.*)?)\/?$/,
    source: 'workos.com/docs/authkit/mcp, workos.com/docs/reference/authkit/oauth-resource, 2026-12',
    advice: (audience) => {
      const indicator = `Add ${audience} to MCP resource indicators (Connect > Configuration): AuthKit then puts it into \`aud\` of tokens that a client asks for with it as \`resource\``;
      return {
        audience_mismatch: `${indicator}; ${acceptOnPurpose}`,
        audience_unknown: indicator,
        opaque_token: indicator,
        issuer_mismatch:
          'The token is of another environment (staging or production), or of the user management API: {issuer} is the AuthKit domain (Domains > AuthKit), and MCP clients have to sign in there',
        unknown_key:
          'The token is of another environment (staging or production): sign in again at the AuthKit domain that {issuer} names',
      };
    },
  },
  {
    name: 'Zitadel',
    issuer: /^https:\/\/[\w.-]+\.zitadel\.cloud$/,
    source:
      'zitadel.com/docs/apis/openidoauth/scopes, zitadel.com/docs/guides/integrate/token-introspection/basic-auth, 2026-12',
    advice: () => {
      const project =
        'Zitadel puts client and project ids into `aud`, never a URL: have clients ask for the scope urn:zitadel:iam:org:project:id:<project id>:aud by naming it in {scopes}, and accept that project with {audience=<project id>}';
      const asJwt =
        'Set Auth Token Type of the application to JWT (Projects > the project > Applications > the application > Token Settings)';
      return {
        audience_mismatch: project,
        audience_unknown: project,
        opaque_token: asJwt,
        issuer_mismatch:
          'The token is of another instance or custom domain: {issuer} is the domain that the client signed in at, without a slash at the end',
        expired:
          'The client has to refresh it; how long tokens last is Default Settings > OIDC Token Lifetimes and Expiration',
        insufficient_scope:
          'Zitadel has no scopes of one’s own in its tokens, but roles of projects, in claims: leave {requiredScopes} unset',
      };
    },
  },
  {
    name: 'authentik',
    issuer: /\/application\/o\/[\w-]+\/$/,
    source: 'docs.goauthentik.io/add-secure-apps/providers/oauth2, 2026-12',
    advice: () => {
      const clientId =
        'authentik puts the client id of the provider into `aud`, whatever `resource` the client asks for (Applications > Providers > the provider > Client ID): accept it with {audience=<client id>}, of a provider that is for this server alone';
      return {
        audience_mismatch: clientId,
        audience_unknown: clientId,
        algorithm_not_allowed:
          'Without a signing key authentik signs by the client’s secret (HS256): choose one as Signing Key (Applications > Providers > the provider > Edit)',
        encrypted_token:
          'Take the key away from Encryption Key (Applications > Providers > the provider > Edit)',
        issuer_mismatch:
          'Each provider of authentik has an issuer of its own, with a slash at the end, unless Issuer mode says that all have one (Applications > Providers > the provider > Edit): {issuer} has to be that of the provider that the client signed in at',
        unknown_key:
          'Another Signing Key was chosen (Applications > Providers > the provider > Edit), or the token is of another provider there: sign in again',
        expired:
          'The client has to refresh it; how long tokens last is Access Token validity (Applications > Providers > the provider > Edit)',
        insufficient_scope:
          'Add a scope mapping with that name (Customization > Property Mappings) to Scopes of the provider (Applications > Providers > the provider > Edit), and name it in {scopes}',
      };
    },
  },
];

/** What to change at the product that an issuer is of; nothing of one that is not known. */
export function adviceByProduct(issuer: string, audience: readonly string[]): Advice {
  const product = products.find((known) => known.issuer.test(issuer));
  const [first = '', ...others] = audience.map((value) => `"${value}"`);
  const all = others.length === 0 ? first : `${first} (and likewise ${others.join(' and ')})`;
  return product?.advice(all, first) ?? {};
}

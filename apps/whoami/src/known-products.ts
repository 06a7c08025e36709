import type { ProviderName } from './providers.ts';

/** How the users of a product are signed in here. */
export interface KnownProduct {
  title: string;
  provider: ProviderName;
  /** The variables to set, with values as that product has them. */
  variables: string;
  /** The row of the documentation, from the root of the repository. */
  documentation: string;
}

const oidcReadme = 'providers/generic-oidc/README.md';
const oauth2Readme = 'providers/oauth2-custom/README.md';

const oidc = (title: string, issuer: string, anchor = 'at-your-identity-provider'): KnownProduct => ({
  title,
  provider: 'generic-oidc',
  variables: `OIDC_ISSUER=${issuer}`,
  documentation: `${oidcReadme}#${anchor}`,
});

const oauth2 = (title: string, site: string, userinfo: string): KnownProduct => ({
  title,
  provider: 'oauth2-custom',
  variables: `OAUTH2_AUTHORIZATION_ENDPOINT=https://${site}/… OAUTH2_TOKEN_ENDPOINT=https://${site}/… OAUTH2_USERINFO_URL=${userinfo}`,
  documentation: oauth2Readme,
});

const entra: KnownProduct = {
  title: 'Entra ID',
  provider: 'entra',
  variables:
    'ENTRA_TENANT=8eaef023-2b34-4da1-9baa-8bc8c9d6a490 ENTRA_CLIENT_ID=… ENTRA_CLIENT_SECRET=… (without the bridge: PROVIDER=generic-oidc OIDC_ISSUER=https://login.microsoftonline.com/<tenant id>/v2.0)',
  documentation: 'providers/entra/README.md',
};

const google: KnownProduct = {
  title: 'Google',
  provider: 'google',
  variables: 'GOOGLE_CLIENT_ID=….apps.googleusercontent.com GOOGLE_CLIENT_SECRET=…',
  documentation: 'providers/google/README.md',
};

/** What people write for `PROVIDER`, in lower case and with letters and digits only. */
export const products: readonly [names: readonly string[], product: KnownProduct][] = [
  [['auth0'], oidc('Auth0', 'https://your-tenant.us.auth0.com/', 'auth0')],
  [['okta'], oidc('Okta', 'https://your-org.okta.com/oauth2/default', 'okta')],
  [
    ['cognito', 'amazoncognito', 'awscognito', 'aws', 'amazon'],
    oidc(
      'Amazon Cognito',
      'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI',
      'cognito',
    ),
  ],
  [['workos', 'authkit', 'workosauthkit'], oidc('WorkOS AuthKit', 'https://your-domain.authkit.app')],
  [['zitadel'], oidc('Zitadel', 'https://your-instance.zitadel.cloud')],
  [
    ['authentik', 'goauthentik'],
    oidc('authentik', 'https://authentik.example.com/application/o/your-application/', 'authentik'),
  ],
  [['authelia'], oidc('Authelia', 'https://auth.example.com', 'authelia')],
  [['ory', 'hydra', 'oryhydra'], oidc('Ory Hydra', 'https://your-project.projects.oryapis.com', 'hydra')],
  [['dex', 'dexidp'], oidc('Dex', 'https://dex.example.com/dex', 'dex')],
  [['gitea', 'forgejo', 'codeberg'], oidc('Gitea', 'https://gitea.example.com/', 'gitea')],
  [['gitlab'], oidc('GitLab', 'https://gitlab.com', 'gitlab')],
  [['adfs'], oidc('AD FS', 'https://adfs.example.com/adfs', 'ad-fs')],
  [['nextcloud'], oidc('Nextcloud', 'https://cloud.example.com', 'nextcloud')],
  [['clerk'], oidc('Clerk', 'https://your-app.clerk.accounts.dev', 'clerk')],
  [['ping', 'pingone', 'pingidentity'], oidc('PingOne', 'https://auth.pingone.com/<environment id>/as')],
  [['pingfederate'], oidc('PingFederate', 'https://sso.example.com')],
  [['forgerock', 'pingam'], oidc('PingAM', 'https://sso.example.com/am/oauth2')],
  [['onelogin'], oidc('OneLogin', 'https://your-subdomain.onelogin.com/oidc/2')],
  [['jumpcloud'], oidc('JumpCloud', 'https://oauth.id.jumpcloud.com/')],
  [['duo', 'duosecurity'], oidc('Duo', 'https://sso-abc1def2.sso.duosecurity.com/oidc/<client id>')],
  [['supabase'], oidc('Supabase', 'https://your-project.supabase.co/auth/v1')],
  [['descope'], oidc('Descope', 'https://api.descope.com/<project id>')],
  [['stytch'], oidc('Stytch', 'https://your-project.customers.stytch.com')],
  [['fusionauth'], oidc('FusionAuth', 'https://your-instance.fusionauth.io')],
  [['casdoor'], oidc('Casdoor', 'https://casdoor.example.com')],
  [['kanidm'], oidc('Kanidm', 'https://idm.example.com/oauth2/openid/<client id>')],
  [['frontegg'], oidc('Frontegg', 'https://your-subdomain.frontegg.com')],
  [['kinde'], oidc('Kinde', 'https://your-business.kinde.com')],
  [['propelauth'], oidc('PropelAuth', 'https://auth.example.com')],
  [['scalekit'], oidc('Scalekit', 'https://your-env.scalekit.com')],
  [['wso2', 'asgardeo'], oidc('Asgardeo', 'https://api.asgardeo.io/t/<organization>/oauth2/token')],
  [
    ['keycloakx', 'rhsso', 'redhatsso', 'rhbk'],
    {
      title: 'Keycloak',
      provider: 'keycloak',
      variables: 'KEYCLOAK_ISSUER=https://sso.example.com/realms/<realm>',
      documentation: 'providers/keycloak/README.md',
    },
  ],
  [['slack'], oidc('Slack', 'https://slack.com')],
  [['linkedin'], oidc('LinkedIn', 'https://www.linkedin.com/oauth')],
  [['apple'], oidc('Apple', 'https://appleid.apple.com')],
  [['salesforce'], oidc('Salesforce', 'https://your-domain.my.salesforce.com')],
  [
    ['oidc', 'openid', 'openidconnect', 'generic', 'custom'],
    oidc('OpenID Connect', 'https://idp.example.com/'),
  ],
  [
    ['oauth', 'oauth2', 'oauth20', 'oauth21', 'genericoauth2'],
    {
      title: 'OAuth 2.0',
      provider: 'oauth2-custom',
      variables: 'OAUTH2_ISSUER=https://idp.example.com/oauth',
      documentation: oauth2Readme,
    },
  ],
  [['linear'], oauth2('Linear', 'linear.app', 'https://api.linear.app/graphql')],
  [['notion'], oauth2('Notion', 'api.notion.com', 'https://api.notion.com/v1/users/me')],
  [['discord'], oauth2('Discord', 'discord.com', 'https://discord.com/api/users/@me')],
  [['bitbucket'], oauth2('Bitbucket', 'bitbucket.org', 'https://api.bitbucket.org/2.0/user')],
  [
    ['dropbox'],
    oauth2('Dropbox', 'www.dropbox.com', 'https://api.dropboxapi.com/2/users/get_current_account'),
  ],
  [
    [
      'azure',
      'azuread',
      'aad',
      'microsoft',
      'microsoftentra',
      'microsoftentraid',
      'entraid',
      'msal',
      'office365',
      'm365',
    ],
    entra,
  ],
  [['googleworkspace', 'gsuite', 'workspace', 'gcp'], google],
];

/** The product that somebody names as the provider. */
export function knownProduct(name: string): KnownProduct | undefined {
  const plain = name.toLowerCase().replace(/[^a-z\d]/g, '');
  return products.find(([names]) => names.includes(plain))?.[1];
}

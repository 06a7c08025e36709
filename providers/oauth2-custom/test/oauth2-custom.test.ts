import {
  type Account,
  ada,
  githubLikeUser,
  graphqlViewer,
  notionLike,
  type StandIn,
  type StandInOptions,
  slackLike,
} from '@mcp-whoami/testkit';
import { testProvider } from '@mcp-whoami/testkit/provider-suite';
import { oauth2Custom } from '../src/index.ts';

const byIssuer = ({ issuer }: StandIn) => ({ OAUTH2_ISSUER: issuer });
const byHand = (idp: StandIn) => ({
  OAUTH2_AUTHORIZATION_ENDPOINT: idp.authorizationEndpoint,
  OAUTH2_TOKEN_ENDPOINT: idp.tokenEndpoint,
  OAUTH2_USERINFO_URL: idp.userinfoUrl,
  OAUTH2_AUDIENCE: '*',
});

for (const metadata of ['rfc8414', 'rfc8414-appended'] as const) {
  testProvider(`oauth2-custom, ${metadata} metadata and JWT`, {
    provider: oauth2Custom,
    idp: { metadata, issuerPath: '/oauth', jwtsHonoured: true },
    environment: byIssuer,
    provedBy: 'jwt',
    checksAudience: true,
    profile: { name: ada.name },
    readsProfile: true,
    noticesRevocation: false,
  });
}

testProvider('oauth2-custom, introspection that names no `sub`', {
  provider: oauth2Custom,
  idp: {
    metadata: 'none',
    accessTokens: 'opaque',
    introspection: {
      clientAuth: 'client_secret_post',
      answer: ({ sub, exp, ...answer }, account) => ({
        ...answer,
        exp: Number(exp) + 0.25,
        username: account?.preferred_username,
      }),
    },
  },
  environment: (idp) => ({
    OAUTH2_AUTHORIZATION_ENDPOINT: idp.authorizationEndpoint,
    OAUTH2_TOKEN_ENDPOINT: idp.tokenEndpoint,
    OAUTH2_INTROSPECTION_URL: idp.introspectionUrl,
    OAUTH2_CLIENT_ID: idp.introspectionClient.clientId,
    OAUTH2_CLIENT_SECRET: idp.introspectionClient.clientSecret,
    OAUTH2_CLIENT_AUTH: idp.introspectionClient.clientAuth,
    OAUTH2_SUBJECT_PATH: 'username',
  }),
  provedBy: 'introspection',
  checksAudience: true,
  profile: { username: ada.preferred_username },
  subjectOf: ({ preferred_username }: Account) => preferred_username,
  noticesRevocation: true,
});

/** IdPs with no metadata, whose user endpoint has a shape of its own. */
const userEndpoints: Record<
  string,
  {
    idp: StandInOptions;
    settings: Record<string, string>;
    profile: Record<string, unknown>;
    subjectOf: (user: Account) => string;
  }
> = {
  'a numeric id, as GitHub': {
    idp: { userinfoAnswer: githubLikeUser },
    settings: { OAUTH2_SUBJECT_PATH: 'id' },
    profile: { login: ada.sub, name: ada.name },
    subjectOf: ({ sub }) => (sub === ada.sub ? '304951' : '299019281'),
  },
  'GraphQL, as Linear': {
    idp: { userinfoAnswer: graphqlViewer },
    settings: {
      OAUTH2_USERINFO_METHOD: 'POST',
      OAUTH2_USERINFO_BODY: '{"query":"{ viewer { id name email } }"}',
      OAUTH2_SUBJECT_PATH: 'data.viewer.id',
      OAUTH2_CLAIMS_PATH: 'data.viewer',
    },
    profile: { name: ada.name, email: ada.email },
    subjectOf: ({ sub }) => `usr_${sub}`,
  },
  'a required header, as Notion': {
    idp: { userinfoAnswer: notionLike },
    settings: {
      OAUTH2_USERINFO_HEADERS: '{"Notion-Version":"2022-06-28"}',
      OAUTH2_SUBJECT_PATH: 'bot.owner.user.id',
      OAUTH2_CLAIMS_PATH: 'bot.owner.user',
    },
    profile: { name: ada.name, person: { email: ada.email } },
    subjectOf: ({ sub }) => `id-${sub}`,
  },
  'a 200 that says no, as Slack': {
    idp: { userinfoAnswer: slackLike },
    settings: {},
    profile: { name: ada.name },
    subjectOf: ({ sub }) => sub,
  },
};

for (const [name, { idp, settings, profile, subjectOf }] of Object.entries(userEndpoints)) {
  testProvider(`oauth2-custom, no metadata, ${name}`, {
    provider: oauth2Custom,
    idp: { ...idp, metadata: 'none', accessTokens: 'opaque', resource: 'ignored' },
    environment: (standIn) => ({ ...byHand(standIn), ...settings }),
    provedBy: 'userinfo',
    checksAudience: false,
    profile,
    subjectOf,
    noticesRevocation: true,
  });
}

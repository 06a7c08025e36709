import {
  crossCheck,
  httpUrl,
  issuerUrl,
  jsonPathPattern,
  providerEnvironment,
  variable,
} from '@mcp-whoami/provider';
import { z } from 'zod';

const jsonPath = z
  .string()
  .regex(jsonPathPattern, { error: 'names separated by dots, array elements by index' });

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'JSON' });
    return z.NEVER;
  }
});

/** Field names and values as HTTP takes them (RFC 9110 §5.1, §5.5). */
const headers = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'header names' }),
  z.string().regex(/^[\t\x20-\x7e]*$/, { error: 'header values of visible ASCII characters' }),
  { error: 'a JSON object of header names and values' },
);

/** What to do when neither or both ways to find the authorization server are configured. */
const eitherOr =
  'OAUTH2_ISSUER (an IdP with RFC 8414 metadata), or both OAUTH2_AUTHORIZATION_ENDPOINT and OAUTH2_TOKEN_ENDPOINT (an IdP without)';

type Values = Record<string, unknown>;
const isSet = (values: Values, ...fields: string[]) => fields.every((field) => values[field] !== undefined);
const byHand = (values: Values) => isSet(values, 'authorizationEndpoint') || isSet(values, 'tokenEndpoint');

const own = {
  issuer: variable(issuerUrl.optional(), {
    description: 'an issuer with RFC 8414 metadata, byte for byte as its metadata says it',
    example: 'https://idp.example.com/oauth',
    defaultText: 'required, or the two endpoints',
  }),
  authorizationEndpoint: variable(httpUrl.optional(), {
    description: 'the authorization endpoint of an IdP that publishes no metadata',
    example: 'https://github.com/login/oauth/authorize',
    defaultText: 'from the metadata',
  }),
  tokenEndpoint: variable(httpUrl.optional(), {
    description: 'the token endpoint of an IdP that publishes no metadata',
    example: 'https://github.com/login/oauth/access_token',
    defaultText: 'from the metadata',
  }),
  pkce: variable(z.enum(['S256', 'none'], { error: 'S256 or none' }).optional(), {
    description:
      'whether an IdP that publishes no metadata checks PKCE: `S256` or `none`; without it clients are told S256, with a warning at start',
    example: 'S256',
    defaultText: 'not known',
  }),
  userinfoUrl: variable(httpUrl.optional(), {
    description: 'where to ask the IdP who a token belongs to',
    example: 'https://api.github.com/user',
    defaultText: 'from the metadata',
  }),
  userinfoMethod: variable(z.enum(['GET', 'POST'], { error: 'GET or POST' }).default('GET'), {
    description: 'how to ask there: `GET` or `POST`',
    example: 'POST',
    defaultText: 'GET',
  }),
  userinfoHeaders: variable(json.pipe(headers).default({}), {
    description: 'further headers of that request, a JSON object',
    example: '{"Notion-Version":"2022-06-28"}',
    defaultText: 'none',
    secret: true,
  }),
  userinfoBody: variable(json.transform((body) => JSON.stringify(body)).optional(), {
    description: 'the body of that request, JSON',
    example: '{"query":"{ viewer { id name email } }"}',
    defaultText: 'none',
    secret: true,
  }),
  introspectionUrl: variable(httpUrl.optional(), {
    description: 'introspection (RFC 7662), instead of userinfo',
    example: 'https://idp.example.com/oauth/introspect',
    defaultText: 'from the metadata',
  }),
  subjectPath: variable(jsonPath.default('sub'), {
    description: 'where the user’s id is in the answer of userinfo or introspection',
    example: 'data.viewer.id',
    defaultText: 'sub',
  }),
  claimsPath: variable(jsonPath.optional(), {
    description: 'where the user’s claims are in that answer',
    example: 'data.viewer',
    defaultText: 'the whole answer',
  }),
};

export const environment = providerEnvironment(own, { scopes: [] }).check(
  crossCheck('issuer', eitherOr, (values) => isSet(values, 'issuer') || byHand(values)),
  crossCheck('issuer', `only one of: ${eitherOr}`, (values) => !isSet(values, 'issuer') || !byHand(values)),
  ...['authorizationEndpoint', 'tokenEndpoint'].map((field) =>
    crossCheck(
      field,
      eitherOr,
      (values) => isSet(values, field) || isSet(values, 'issuer') || !byHand(values),
    ),
  ),
  crossCheck(
    'pkce',
    'it only with OAUTH2_AUTHORIZATION_ENDPOINT and OAUTH2_TOKEN_ENDPOINT: otherwise the metadata says it',
    (values) => !isSet(values, 'pkce') || byHand(values),
  ),
  crossCheck(
    'userinfoUrl',
    'it or OAUTH2_INTROSPECTION_URL: nothing else can tell who a token belongs to',
    (values) => !byHand(values) || isSet(values, 'userinfoUrl') || isSet(values, 'introspectionUrl'),
  ),
  crossCheck(
    'userinfoMethod',
    'POST, because OAUTH2_USERINFO_BODY is set',
    (values) => !isSet(values, 'userinfoBody') || values.userinfoMethod === 'POST',
  ),
);

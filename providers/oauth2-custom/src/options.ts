import { crossCheck, httpUrl, setting } from '@mcp-whoami/environment';
import { issuerUrl, jsonPathPattern, providerOptions } from '@mcp-whoami/provider';
import { z } from 'zod';

const jsonPath = z
  .string()
  .regex(jsonPathPattern, { error: 'names separated by dots, array elements by index' });

/** Field names and values as HTTP takes them (RFC 9110 §5.1, §5.5). */
const headers = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'header names' }),
  z
    .string({ error: 'a JSON object of header names and values' })
    .regex(/^[\t\x20-\x7e]*$/, { error: 'header values of visible ASCII characters' }),
  { error: 'a JSON object of header names and values' },
);

/** What to do when neither or both ways to find the authorization server are configured. */
const eitherOr =
  '{issuer} (an IdP with RFC 8414 metadata), or both {authorizationEndpoint} and {tokenEndpoint} (an IdP without)';

type Values = Record<string, unknown>;
const isSet = (values: Values, ...fields: string[]) => fields.every((field) => values[field] !== undefined);
const byHand = (values: Values) => isSet(values, 'authorizationEndpoint') || isSet(values, 'tokenEndpoint');

const own = {
  issuer: setting(issuerUrl.optional(), {
    description: 'an issuer with RFC 8414 metadata, byte for byte as its metadata says it',
    example: 'https://idp.example.com/oauth',
    defaultText: 'required, or the two endpoints',
    url: true,
  }),
  authorizationEndpoint: setting(httpUrl.optional(), {
    description: 'the authorization endpoint of an IdP that publishes no metadata',
    example: 'https://github.com/login/oauth/authorize',
    defaultText: 'from the metadata',
    url: true,
  }),
  tokenEndpoint: setting(httpUrl.optional(), {
    description: 'the token endpoint of an IdP that publishes no metadata',
    example: 'https://github.com/login/oauth/access_token',
    defaultText: 'from the metadata',
    url: true,
  }),
  pkce: setting(z.enum(['S256', 'none'], { error: 'S256 or none' }).optional(), {
    description:
      'whether an IdP that publishes no metadata checks PKCE: `S256` or `none`; without it clients are told S256, with a warning at start',
    example: 'S256',
    defaultText: 'not known',
  }),
  userinfoUrl: setting(httpUrl.optional(), {
    description: 'where to ask the IdP who a token belongs to',
    example: 'https://api.github.com/user',
    defaultText: 'from the metadata',
    url: true,
  }),
  userinfoMethod: setting(z.enum(['GET', 'POST'], { error: 'GET or POST' }).default('GET'), {
    description: 'how to ask there: `GET` or `POST`',
    example: 'POST',
  }),
  userinfoHeaders: setting(headers.default({}), {
    description: 'further headers of that request, a JSON object',
    example: '{"Notion-Version":"2022-06-28"}',
    secret: true,
  }),
  userinfoBody: setting(
    z
      .union([z.record(z.string(), z.unknown()), z.array(z.unknown())], { error: 'a JSON object or array' })
      .optional(),
    {
      description: 'the body of that request, JSON',
      example: '{"query":"{ viewer { id name email } }"}',
      secret: true,
    },
  ),
  introspectionUrl: setting(httpUrl.optional(), {
    description: 'introspection (RFC 7662), instead of userinfo',
    example: 'https://idp.example.com/oauth/introspect',
    defaultText: 'from the metadata',
    url: true,
  }),
  subjectPath: setting(jsonPath.default('sub'), {
    description: 'where the user’s id is in the answer of userinfo or introspection',
    example: 'data.viewer.id',
  }),
  claimsPath: setting(jsonPath.optional(), {
    description: 'where the user’s claims are in that answer',
    example: 'data.viewer',
    defaultText: 'the whole answer',
  }),
};

export const options = providerOptions(own, { scopes: [] }).check(
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
    'it only with {authorizationEndpoint} and {tokenEndpoint}: otherwise the metadata says it',
    (values) => !isSet(values, 'pkce') || byHand(values),
  ),
  crossCheck(
    'userinfoUrl',
    'it or {introspectionUrl}: nothing else can tell who a token belongs to',
    (values) => !byHand(values) || isSet(values, 'userinfoUrl') || isSet(values, 'introspectionUrl'),
  ),
  crossCheck(
    'userinfoMethod',
    'POST, because {userinfoBody} is set',
    (values) => !isSet(values, 'userinfoBody') || values.userinfoMethod === 'POST',
  ),
);

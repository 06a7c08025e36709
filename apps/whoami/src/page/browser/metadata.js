import { onlyPagesAdvice } from './advice.js';
import { ask, NoAnswer } from './exchange.js';
import { objectOf, textOf, textsOf } from './json.js';
import { StepFailure } from './steps.js';

/** @import { JsonObject } from './json.js' */
/** @import { Step } from './steps.js' */
/** @import { Walk } from './walk.js' */

/**
 * What of the metadata the walk needs.
 *
 * @typedef {object} AuthorizationServer
 * @property {string} issuer
 * @property {string} authorizationEndpoint
 * @property {string} tokenEndpoint
 * @property {string | undefined} registrationEndpoint
 * @property {boolean} issExpected The IdP says that it sends `iss` (RFC 9207).
 */

/**
 * Finds the metadata of an issuer, where MCP clients look for it and in their order (MCP authorization,
 * "Authorization Server Metadata Discovery").
 *
 * @param {Walk} walk
 * @param {Step} step
 * @param {string} issuer
 * @returns {Promise<AuthorizationServer>}
 */
export async function findMetadata({ facts, secrets }, step, issuer) {
  const candidates = metadataUrls(issuer);
  /** @type {NoAnswer['kind'][]} */
  const silent = [];
  for (const url of candidates) {
    try {
      const answer = await ask(step.exchanges, secrets, requireHttpUrl(url, 'issuer', facts.idpOrigins));
      const document = objectOf(answer.json);
      if (answer.ok && textOf(document.issuer) !== undefined)
        return readMetadata(step, document, issuer, facts.idpOrigins);
    } catch (error) {
      // What is not there often has no CORS headers either, so the next form is tried.
      if (!(error instanceof NoAnswer)) throw error;
      silent.push(error.kind);
    }
  }
  if (silent.includes('unreadable')) return readCopy({ facts, secrets }, step, issuer);
  if (silent.length > 0) {
    throw new StepFailure(`The identity provider does not answer at ${new URL(issuer).origin}.`, [
      'Is it running, and can this browser reach it by that name? The server may know it by another (…_DISCOVERY_URL), the browser and MCP clients can not.',
    ]);
  }
  throw new StepFailure(`There is no metadata of the issuer ${issuer}.`, [
    `MCP clients look for it at ${candidates.join(', ')}: the identity provider has to serve it at one of these.`,
  ]);
}

/** @param {string} issuer */
function metadataUrls(issuer) {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return path === ''
    ? [`${origin}/.well-known/oauth-authorization-server`, `${origin}/.well-known/openid-configuration`]
    : [
        `${origin}/.well-known/oauth-authorization-server${path}`,
        `${origin}/.well-known/openid-configuration${path}`,
        `${origin}${path}/.well-known/openid-configuration`,
      ];
}

/**
 * The copy that this server has: so the walk goes on, and shows what else there is.
 *
 * @param {Pick<Walk, 'facts' | 'secrets'>} walk
 * @param {Step} step
 * @param {string} issuer
 */
async function readCopy({ facts, secrets }, step, issuer) {
  const answer = await ask(
    step.exchanges,
    secrets,
    `${facts.publicUrl}/.well-known/oauth-authorization-server`,
  );
  const found = readMetadata(step, objectOf(answer.json), issuer, facts.idpOrigins);
  step.state = 'warning';
  step.summary = `The identity provider answers, but lets no page of ${location.origin} read its metadata (CORS). This server’s copy of it is taken.`;
  step.advice = [
    `Have the identity provider allow the origin ${location.origin} to read /.well-known/ (Access-Control-Allow-Origin).`,
    onlyPagesAdvice,
  ];
  return found;
}

/**
 * @param {Step} step
 * @param {JsonObject} document
 * @param {string} issuer
 * @param {string[]} origins
 * @returns {AuthorizationServer}
 */
function readMetadata(step, document, issuer, origins) {
  // Byte for byte (RFC 8414 §3.3).
  if (document.issuer !== issuer) {
    throw new StepFailure(`The metadata is of the issuer ${String(document.issuer)}, not of ${issuer}.`, [
      'Set this server’s issuer to exactly what the metadata says: every character counts, a slash at the end too.',
    ]);
  }
  const authorizationEndpoint = textOf(document.authorization_endpoint);
  const tokenEndpoint = textOf(document.token_endpoint);
  if (authorizationEndpoint === undefined || tokenEndpoint === undefined) {
    throw new StepFailure('The metadata names no authorization_endpoint or no token_endpoint.', [
      'The identity provider has to offer the authorization code flow.',
    ]);
  }
  if (!textsOf(document.code_challenge_methods_supported).includes('S256')) {
    throw new StepFailure('The metadata does not list S256 in code_challenge_methods_supported.', [
      'MCP clients must stop here (MCP authorization): the identity provider has to offer PKCE with S256 and to say so. Many do PKCE and do not say it.',
    ]);
  }
  const registrationEndpoint = textOf(document.registration_endpoint);
  step.summary = `The issuer is the same, PKCE with S256 is offered, ${registrationEndpoint === undefined ? 'registration is not' : 'registration too'}.`;
  return {
    issuer,
    authorizationEndpoint: requireHttpUrl(authorizationEndpoint, 'authorization_endpoint'),
    tokenEndpoint: requireHttpUrl(tokenEndpoint, 'token_endpoint', origins),
    registrationEndpoint:
      registrationEndpoint && requireHttpUrl(registrationEndpoint, 'registration_endpoint', origins),
    issExpected: document.authorization_response_iss_parameter_supported === true,
  };
}

/**
 * @param {string} url
 * @param {string} field
 * @param {string[]} [origins] Those that the page may ask; nothing where it only sends the browser there.
 * @throws {StepFailure}
 */
function requireHttpUrl(url, field, origins) {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new StepFailure(`The ${field} is no http or https URL: ${url}`, [
      'Mend the metadata at the identity provider.',
    ]);
  }
  const { origin } = new URL(url);
  if (origins !== undefined && ![location.origin, ...origins].includes(origin)) {
    throw new StepFailure(`The ${field} is at ${origin}, which it was not when this server started.`, [
      'Restart the server: this page may ask only the origins that the metadata named at its start.',
    ]);
  }
  return url;
}

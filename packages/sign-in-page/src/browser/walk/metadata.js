import { facts, mayAsk } from '../facts.js';
import {
  JSON_ATTRIBUTE_COMPARISON,
  OperationProcessingError,
  processDiscoveryResponse,
} from '../oauth4webapi.js';
import { StepFailure } from '../step-failure.js';
import { jsonOf, NoAnswer } from '../wire/answer.js';
import { onlyPagesAdvice } from './advice.js';

/** @import { Ask } from '../wire/recording-fetch.js' */
/** @import { AuthorizationServer } from '../oauth4webapi.js' */
/** @import { Step } from './steps.js' */

/**
 * Finds the metadata of an issuer, where MCP clients look for it and in their order (MCP authorization,
 * "Authorization Server Metadata Discovery").
 *
 * @param {Step} step
 * @param {Ask} ask
 * @param {string} issuer
 * @returns {Promise<AuthorizationServer>}
 */
export async function findMetadata(step, ask, issuer) {
  requireAskable(issuer, 'issuer');
  const candidates = metadataUrls(issuer);
  /** @type {NoAnswer['kind'][]} */
  const silent = [];
  for (const url of candidates) {
    try {
      const server = await readDocument(await ask(url), issuer);
      if (server !== undefined) return requireUsable(step, server);
    } catch (error) {
      // What is not there often has no CORS headers either, so the next form is tried.
      if (!(error instanceof NoAnswer)) throw error;
      silent.push(error.kind);
    }
  }
  if (silent.includes('unreadable')) return readCopy(step, ask, issuer);
  if (silent.length > 0) {
    throw new StepFailure(`The identity provider does not answer at ${new URL(issuer).origin}.`, [
      'Is it running, and can this browser reach it by that name? The server may know it by another (…_DISCOVERY_URL), the browser and MCP clients cannot.',
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
  const forms = ['oauth-authorization-server', 'openid-configuration'].map(
    (form) => `${origin}/.well-known/${form}${path}`,
  );
  return path === '' ? forms : [...forms, `${origin}${path}/.well-known/openid-configuration`];
}

/**
 * @param {Response} response
 * @param {string} issuer
 * @returns {Promise<AuthorizationServer | undefined>} nothing where the answer is no metadata
 * @throws {StepFailure} where it is another issuer's
 */
async function readDocument(response, issuer) {
  const { issuer: found } = await jsonOf(response);
  try {
    const server = await processDiscoveryResponse(new URL(issuer), response);
    // Byte for byte (RFC 8414 §3.3).
    if (server.issuer === issuer) return server;
  } catch (error) {
    if (!(error instanceof OperationProcessingError && error.code === JSON_ATTRIBUTE_COMPARISON))
      return undefined;
  }
  throw new StepFailure(`The metadata is of the issuer ${String(found)}, not of ${issuer}.`, [
    'Set this server’s issuer to exactly what the metadata says: every character counts, a slash at the end too.',
  ]);
}

/**
 * The copy that this server has: so the walk goes on, and shows what else there is.
 *
 * @param {Step} step
 * @param {Ask} ask
 * @param {string} issuer
 */
async function readCopy(step, ask, issuer) {
  const response = await ask(`${facts.publicUrl}/.well-known/oauth-authorization-server`);
  const server = requireUsable(step, (await readDocument(response, issuer)) ?? { issuer });
  step.state = 'warning';
  step.summary = `The identity provider answers, but lets no page of ${location.origin} read its metadata (CORS). This server’s copy of it is used.`;
  step.advice = [
    `Have the identity provider allow the origin ${location.origin} to read /.well-known/ (Access-Control-Allow-Origin).`,
    onlyPagesAdvice,
  ];
  return server;
}

/**
 * @param {Step} step
 * @param {AuthorizationServer} server
 * @returns {AuthorizationServer}
 */
function requireUsable(step, server) {
  const { authorization_endpoint, token_endpoint, registration_endpoint } = server;
  if (!authorization_endpoint || !token_endpoint) {
    throw new StepFailure('The metadata names no authorization_endpoint or no token_endpoint.', [
      'The identity provider has to offer the authorization code flow.',
    ]);
  }
  if (![server.code_challenge_methods_supported].flat().includes('S256')) {
    throw new StepFailure('The metadata does not list S256 in code_challenge_methods_supported.', [
      'MCP clients must stop here (MCP authorization): the identity provider has to offer PKCE with S256 and to say so. Many do PKCE and do not say it.',
    ]);
  }
  requireHttpUrl(authorization_endpoint, 'authorization_endpoint');
  requireAskable(token_endpoint, 'token_endpoint');
  if (registration_endpoint) requireAskable(registration_endpoint, 'registration_endpoint');
  step.summary = `The issuer is the same, PKCE with S256 is offered, ${registration_endpoint ? 'registration too' : 'registration is not'}.`;
  return server;
}

/**
 * @param {string} url
 * @param {string} field
 */
function requireHttpUrl(url, field) {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new StepFailure(`The ${field} is not an http or https URL: ${url}`, [
      'Mend the metadata at the identity provider.',
    ]);
  }
}

/**
 * @param {string} url
 * @param {string} field
 */
function requireAskable(url, field) {
  requireHttpUrl(url, field);
  const { origin } = new URL(url);
  if (!mayAsk(origin)) {
    throw new StepFailure(`The ${field} is at ${origin}, which it was not when this server started.`, [
      'Restart the server: this page may ask only the origins that the metadata named at its start.',
    ]);
  }
}

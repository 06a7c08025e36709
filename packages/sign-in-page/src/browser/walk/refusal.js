import { facts } from '../facts.js';
import { StepFailure } from '../step-failure.js';
import { jsonOf } from '../wire/answer.js';
import { bearerChallenge } from '../wire/challenge.js';
import { jwtPayload, textOf } from '../wire/json.js';
import { scopesOf } from './token.js';

/** @import { Call } from './call-server.js' */

/**
 * Why the server does not serve a call.
 *
 * @param {Response} response
 * @param {Pick<Call, 'token' | 'scope'>} call
 */
export async function refusal(response, call) {
  const { status, headers } = response;
  const { reason, error, error_description } = await jsonOf(response);
  const challenge = bearerChallenge(headers) ?? {};
  const description = challenge.error_description ?? textOf(error_description);
  const said = description === undefined ? '' : `: ${description}`;
  if (status === 401) {
    return new StepFailure(`The server refuses the token${said}.`, [
      ...audienceAdvice(String(reason), call.token),
      ...[facts.advice[String(reason)] ?? []].flat(),
      'The server’s log has a line for this refusal that says what was expected and what was found.',
    ]);
  }
  if (status === 403) {
    const lacksScopes = (challenge.error ?? error) === 'insufficient_scope';
    return new StepFailure(`The server refuses the call${said}.`, [
      ...(lacksScopes ? scopeAdvice(challenge.scope ?? '', call) : []),
      ...[facts.advice[String(reason)] ?? (lacksScopes ? atIdp : [])].flat(),
      'The server’s log has a line for this refusal.',
    ]);
  }
  if (status === 503) {
    const wait = headers.get('retry-after');
    return new StepFailure(`The server cannot ask the identity provider${said}.`, [
      `The token may be good: try again${wait === null ? ' later' : ` in ${wait} seconds`}. The server’s log says what did not answer.`,
    ]);
  }
  return new StepFailure(`The server answered ${status}.`, [
    'Look at the response below and into the server’s log.',
  ]);
}

/** What holds where the provider knows nothing better. */
const atIdp =
  'At the identity provider the client has to be allowed to ask for these scopes, and the user to have them.';

/**
 * @param {string} reason
 * @param {string | undefined} token
 * @returns {string[]}
 */
function audienceAdvice(reason, token) {
  if (!reason.startsWith('audience_') || token === undefined) return [];
  const claims = jwtPayload(token);
  const wanted = wantedAudience();
  return [
    claims === undefined
      ? `The token is opaque, and nothing says for whom it is. The server wants a token for ${wanted}.`
      : `The token’s aud is ${JSON.stringify(claims.aud ?? null)}. The server wants ${wanted} there.`,
  ];
}

/** What the server accepts, and the setting that says so where it is set on purpose. */
function wantedAudience() {
  const { audience, mcp, settings } = facts;
  const named = audience.filter((value) => value !== 'none');
  const ways = [...named, ...(audience.includes('none') ? ['no audience at all'] : [])].join(' or ');
  const isDefault = audience.length === 1 && audience[0] === mcp;
  return settings.audience === undefined || isDefault ? ways : `${ways} (${settings.audience})`;
}

/** What many access tokens do not name, as it asks for an ID token and its claims (OpenID Connect Core §5.4, §11). */
const ofSignIn = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'];

/**
 * What brings a token the scopes that a call needs: clients ask for what they are told to, and the identity provider
 * gives what it will.
 *
 * @param {string} wanted
 * @param {Pick<Call, 'token' | 'scope'>} call
 * @returns {string[]}
 */
function scopeAdvice(wanted, { token = '', scope = '' }) {
  const scopes = wordsOf(wanted);
  if (scopes.length === 0) return ['The call needs a token with more scopes; the server does not say which.'];
  const asked = wordsOf(scope);
  const granted = wordsOf(scopesOf(token) ?? scope);
  const lacking = scopes.filter(
    (one) => !granted.some((other) => other === one || one.endsWith(`/${other}`)),
  );
  const unasked = lacking.filter((one) => !asked.includes(one));
  const withheld = lacking.filter((one) => asked.includes(one) && !ofSignIn.includes(one));
  const setting = facts.settings.scopes;
  return [
    `The call needs a token with the scopes ${wanted}.`,
    ...(unasked.length === 0
      ? []
      : [
          `Clients are not told to ask for ${unasked.join(' ')}: add it to ${setting ?? 'the scopes that this server asks for'}, and restart the server.`,
        ]),
    ...(withheld.length === 0
      ? []
      : [`${withheld.join(' ')} was asked for, and the identity provider did not give it.`]),
  ];
}

/** @param {string} text */
const wordsOf = (text) => text.split(' ').filter((word) => word !== '');

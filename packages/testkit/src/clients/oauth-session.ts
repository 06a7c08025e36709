import { randomUUID } from 'node:crypto';
import { type Account, ada } from '../accounts.ts';
import type { JsonObject } from '../json.ts';
import { signIn } from '../sign-in/sign-in.ts';

/** Sign-ins for one call: the first, a re-authorization, a step-up. */
const maxSignIns = 3;

export type ConnectOptions<Tokens, Information> = {
  /** Who signs in; ada unless told. */
  user?: Pick<Account, 'sub'>;
  password?: string;
  /** A client that is registered already; else the SDK registers one (RFC 7591). */
  clientInformation?: Information;
  /** A Client ID Metadata Document (https): the client's id where the IdP takes such, and nothing is registered. */
  clientMetadataUrl?: string;
  /** Asked for where neither the challenge nor the metadata names scopes. */
  scope?: string;
  tokens?: Tokens;
  /** Further members of the client's metadata. */
  clientMetadata?: JsonObject;
  /** Ask for refresh tokens (and with them, in SDK v2, for offline_access); true unless told. */
  refresh?: boolean;
  /** Nothing listens there: the way ends at the redirect. */
  redirectUrl?: string;
};

/** What a client holds between requests: an OAuthClientProvider of either SDK, in memory. */
export const createOAuthSession = <Tokens, Information, Discovery>(
  options: ConnectOptions<Tokens, Information>,
) => {
  const redirectUrl = options.redirectUrl ?? 'http://127.0.0.1:53682/callback';
  const grants = ['authorization_code', ...(options.refresh === false ? [] : ['refresh_token'])];
  const held: {
    tokens: Tokens | undefined;
    client: Information | undefined;
    discovery: Discovery | undefined;
    verifier: string;
    state: string;
    authorizationUrl: URL | undefined;
  } = {
    tokens: options.tokens,
    client: options.clientInformation,
    discovery: undefined,
    verifier: '',
    state: '',
    authorizationUrl: undefined,
  };
  /** Every authorization URL that a person was sent to: one for each sign-in. */
  const authorizations: URL[] = [];

  const provider = {
    redirectUrl,
    ...(options.clientMetadataUrl ? { clientMetadataUrl: options.clientMetadataUrl } : {}),
    clientMetadata: {
      client_name: 'testkit',
      redirect_uris: [redirectUrl],
      grant_types: grants,
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...(options.scope ? { scope: options.scope } : {}),
      ...options.clientMetadata,
    },
    state: () => {
      held.state = randomUUID();
      return held.state;
    },
    clientInformation: () => held.client,
    saveClientInformation: (client: Information) => {
      held.client = client;
    },
    tokens: () => held.tokens,
    saveTokens: (tokens: Tokens) => {
      held.tokens = tokens;
    },
    redirectToAuthorization: (url: URL) => {
      authorizations.push(url);
      held.authorizationUrl = url;
    },
    saveCodeVerifier: (verifier: string) => {
      held.verifier = verifier;
    },
    codeVerifier: () => held.verifier,
    saveDiscoveryState: (discovery: Discovery) => {
      held.discovery = discovery;
    },
    discoveryState: () => held.discovery,
    invalidateCredentials: (scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery') => {
      if (scope === 'all' || scope === 'tokens') held.tokens = undefined;
      if (scope === 'all' || scope === 'client') held.client = options.clientInformation;
      if (scope === 'all' || scope === 'discovery') held.discovery = undefined;
    },
  };

  /** Runs a call; where it sends the user to the IdP, signs in, hands over what came back and runs it again. */
  const withSignIn = async <T>(
    finish: (callback: URL) => Promise<void>,
    run: () => Promise<T>,
  ): Promise<T> => {
    for (let signIns = 0; ; signIns += 1) {
      try {
        return await run();
      } catch (error) {
        const url = held.authorizationUrl;
        if (!url || signIns === maxSignIns) throw error;
        held.authorizationUrl = undefined;
        const { password } = options;
        const username = (options.user ?? ada).sub;
        const callback = await signIn(url, { username, ...(password === undefined ? {} : { password }) });
        if (callback.searchParams.get('state') !== held.state)
          throw new Error('The IdP answered with another state.');
        await finish(callback);
      }
    }
  };

  return { held, provider, authorizations, withSignIn };
};

/** The code of a callback (RFC 6749 §4.1.2), or the IdP's error thrown. */
export const codeOf = (callback: URL): string => {
  const { searchParams } = callback;
  const code = searchParams.get('code');
  if (code) return code;
  throw new Error(`The IdP refused: ${searchParams.get('error')}: ${searchParams.get('error_description')}`);
};

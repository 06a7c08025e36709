import type { KeyObject } from 'node:crypto';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type Provider from 'oidc-provider';
import { ada } from '../accounts.ts';
import type { JsonObject } from '../json.ts';
import { close, listen } from '../loopback-server.ts';
import { createAccessTokens, dressAnswers } from './access-tokens.ts';
import { createAuthorizationServer, defaultLifetime } from './authorization-server.ts';
import { resolveEndpoints } from './endpoints.ts';
import { createFaults, type Faults } from './faults.ts';
import { handleFront } from './front.ts';
import {
  type IntrospectionClientAuth,
  type IssueOptions,
  nativeClient,
  resourceServerClient,
  type StandInOptions,
} from './options.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import {
  compactJws,
  generateSigningKey,
  type JwsPart,
  type SigningAlg,
  type SigningKey,
  sharedEncryptionKey,
  signatureOf,
} from './signing.ts';
import { createStorage } from './storage.ts';

export type SignOptions = {
  /** Over `{ alg, kid, typ: 'at+jwt' }`; undefined takes a member away. */
  header?: JsonObject;
  key?: KeyObject;
  alg?: SigningAlg;
};

export type StandIn = {
  origin: string;
  issuer: string;
  /** Where the first form of metadata is; undefined where there is none. */
  discoveryUrl: string | undefined;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  userinfoUrl: string;
  introspectionUrl: string;
  jwksUrl: string;
  registrationEndpoint: string;
  /** The resource server's credentials for introspection. */
  introspectionClient: { clientId: string; clientSecret: string; clientAuth: IntrospectionClientAuth };
  /** The key that signs now. */
  signingKey: () => SigningKey;
  /** An RSA key that the JWKS publishes for encryption (`use: enc`, RFC 7517 §4.2). */
  encryptionKey: SigningKey;
  signJwt: (claims: JwsPart, options?: SignOptions) => string;
  /** The payload of an access token that is good for now; later members win. */
  validClaims: (claims?: JsonObject) => JsonObject;
  issueAccessToken: (options?: IssueOptions) => Promise<string>;
  revoke: (token: string) => Promise<void>;
  /** Signs with a new key from now on; the JWKS has only that. */
  rotateKeys: () => Promise<void>;
  requests: RequestLog;
  fail: Faults['fail'];
  recover: Faults['recover'];
  /** Ends every connection; from now on each is refused, whatever the endpoint. */
  stopListening: () => Promise<void>;
  /** On the same port. */
  listenAgain: () => Promise<void>;
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** A real authorization server (oidc-provider) on loopback that behaves like the IdP which `options` describe. */
export const startStandIn = async (options: StandInOptions = {}): Promise<StandIn> => {
  const front = createServer();
  const { port } = await listen(front);
  const origin = `http://localhost:${port}`;
  const endpoints = resolveEndpoints(origin, options);
  const storage = createStorage();
  const encryptionKey = await sharedEncryptionKey();
  const alg = options.signingAlg ?? 'RS256';
  let key = await generateSigningKey(alg);

  const accessTokens = createAccessTokens(
    () => provider,
    () => key,
    options,
  );
  const createProvider = (): Provider => {
    const created = createAuthorizationServer(endpoints, options, storage, key);
    dressAnswers(created, accessTokens);
    return created;
  };
  let provider = createProvider();

  const back = createServer((request, response) => {
    // As Express does for a mounted app: oidc-provider tells its own mount path from the two.
    Object.assign(request, {
      originalUrl: request.url,
      url: request.url?.slice(endpoints.mount.length) || '/',
    });
    void provider.callback()(request, response);
  });
  const inner = await listen(back);

  const faults = createFaults();
  const requests = createRequestLog(endpoints, origin);
  const extraKeys = [{ ...encryptionKey.publicJwk, use: 'enc', alg: 'RSA-OAEP-256' }];
  front.on('request', (request, response) => {
    handleFront(
      { endpoints, options, accessTokens, faults, requests, extraKeys, inner },
      request,
      response,
    ).catch(() => response.destroy());
  });

  const clientAuth =
    (typeof options.introspection === 'object' && options.introspection.clientAuth) || 'client_secret_basic';
  const { client_id: clientId, client_secret: clientSecret } = resourceServerClient(clientAuth);
  const [discoveryPath] = endpoints.metadataPaths;

  return {
    origin,
    issuer: endpoints.issuer,
    discoveryUrl: discoveryPath === undefined ? undefined : origin + discoveryPath,
    authorizationEndpoint: endpoints.url.authorization,
    tokenEndpoint: endpoints.url.token,
    userinfoUrl: endpoints.url.userinfo,
    introspectionUrl: endpoints.url.introspection,
    jwksUrl: endpoints.url.jwks,
    registrationEndpoint: endpoints.url.registration,
    introspectionClient: { clientId, clientSecret, clientAuth },
    signingKey: () => key,
    encryptionKey,
    signJwt: (claims, signing = {}) => {
      const signer = { key: signing.key ?? key.privateKey, alg: signing.alg ?? key.alg };
      const header = { alg: signer.alg, kid: key.kid, typ: 'at+jwt', ...signing.header };
      return compactJws(header, claims, (input) => signatureOf(input, signer.key, signer.alg));
    },
    validClaims: (claims) => {
      const now = Math.floor(Date.now() / 1000);
      return {
        iss: endpoints.issuer,
        sub: ada.sub,
        client_id: nativeClient.client_id,
        scope: 'openid profile email',
        jti: randomUUID(),
        iat: now,
        exp: now + (options.accessTokenLifetime ?? defaultLifetime),
        ...claims,
      };
    },
    issueAccessToken: accessTokens.issue,
    revoke: accessTokens.revoke,
    rotateKeys: async () => {
      key = await generateSigningKey(alg);
      provider = createProvider();
    },
    requests,
    fail: faults.fail,
    recover: faults.recover,
    stopListening: () => close(front),
    listenAgain: async () => {
      await listen(front, port);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([close(front), close(back)]);
    },
  };
};

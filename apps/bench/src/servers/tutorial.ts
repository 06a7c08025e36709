/** The server of MCP Auth's tutorial "Who am I?": every call asks the identity provider whose token it is. */

import express from 'express';
import {
  fetchServerConfig,
  MCPAuth,
  MCPAuthTokenVerificationError,
  type VerifyAccessTokenFunction,
} from 'mcp-auth';
import { z } from 'zod';
import { handleBySdkV1 } from './sdk-v1-handler.ts';
import { issuer, serve } from './serve.ts';

const config = await fetchServerConfig(issuer, { type: 'oidc' });
const userinfoEndpoint = z.string().parse(config.metadata.userinfoEndpoint);
const userinfo = z.looseObject({ sub: z.string() });

const verifyToken: VerifyAccessTokenFunction = async (token) => {
  const response = await fetch(userinfoEndpoint, { headers: { Authorization: `Bearer ${token}` } });
  if (!response.ok)
    throw new MCPAuthTokenVerificationError('token_verification_failed', await response.text());
  const claims = userinfo.parse(await response.json());
  return { token, issuer, subject: claims.sub, clientId: '', scopes: [], claims };
};

const mcpAuth = new MCPAuth({ server: config });
const app = express();
app.use(mcpAuth.delegatedRouter());
app.post('/mcp', mcpAuth.bearerAuth(verifyToken), express.json(), handleBySdkV1());
serve(app);

/** mcp-auth's own verification of JWTs, in the tutorial's server. */
import express from 'express';
import { fetchServerConfig, MCPAuth } from 'mcp-auth';
import { audience } from '../idp-facts.ts';
import { handleBySdkV1 } from './sdk-v1-handler.ts';
import { issuer, serve } from './serve.ts';

const mcpAuth = new MCPAuth({ server: await fetchServerConfig(issuer, { type: 'oidc' }) });
const app = express();
app.use(mcpAuth.delegatedRouter());
app.post('/mcp', mcpAuth.bearerAuth('jwt', { audience }), express.json(), handleBySdkV1());
serve(app);

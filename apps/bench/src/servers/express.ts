/**
 * Express and nothing else: reads the same JSON and answers the same JSON as whoami. With `GUARDED` it has the guard
 * before that: the difference is what verification costs.
 */
import express, { type RequestHandler } from 'express';
import { audience } from '../idp-facts.ts';
import { claims, issuer, serve } from './serve.ts';

const answer: RequestHandler = (request, response) => {
  const result = { content: [{ type: 'text', text: JSON.stringify(claims) }], structuredContent: claims };
  response.json({ result, jsonrpc: '2.0', id: request.body.id });
};
const app = express();
if (process.env.GUARDED) {
  const { genericOidc } = await import('@mcp-whoami/generic-oidc');
  const { createGuard } = await import('@mcp-whoami/guard');
  const connection = await genericOidc.connect({ issuer }, { resources: [audience] });
  const guard = createGuard({ connection });
  app.use(guard.entrance);
  app.post('/mcp', guard.requireBearer(audience), express.json(), answer);
  app.use(guard.errorHandler);
} else {
  app.post('/mcp', express.json(), answer);
}
serve(app);

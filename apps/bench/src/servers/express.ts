/** Express and nothing else: reads the same JSON and answers the same JSON as whoami. */
import express from 'express';
import { claims, serve } from './serve.ts';

const app = express();
app.post('/mcp', express.json(), (request, response) => {
  const result = { content: [{ type: 'text', text: JSON.stringify(claims) }], structuredContent: claims };
  response.json({ result, jsonrpc: '2.0', id: request.body.id });
});
await serve(app);

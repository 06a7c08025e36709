/** The MCP SDK v1 as its examples use it, without authentication. */
import express from 'express';
import { handleBySdkV1 } from './sdk-v1-handler.ts';
import { claims, serve } from './serve.ts';

const app = express();
app.post('/mcp', express.json(), handleBySdkV1(claims));
serve(app);

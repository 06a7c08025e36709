import { type GuardLogger, jsonRpcError, requestDetails } from '@mcp-whoami/guard';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { Request, Response } from 'express';

/** Characters of an SDK's own reason for a refusal that the log shows at most: it repeats headers. */
export const MAX_REASON_LENGTH = 300;

/** A request that is not served. */
export interface JsonRpcRefusal {
  status: number;
  /** A stable code, for the log. */
  reason: string;
  /** For the client and the log: nothing of the request. */
  message: string;
  /** Of JSON-RPC 2.0 §5.1; an invalid request's unless told. */
  code?: number;
}

/** Answers with a JSON-RPC error and writes a log line. */
export function refuse(
  request: Request,
  response: Response,
  logger: GuardLogger,
  { status, reason, message, code = ErrorCode.InvalidRequest }: JsonRpcRefusal,
) {
  logger.warn({ ...requestDetails(request, response), reason, status }, message);
  response.status(status).json(jsonRpcError(code, message));
}

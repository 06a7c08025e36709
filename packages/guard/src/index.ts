export { type BearerChallenge, formatBearerChallenge } from './bearer-challenge.ts';
export { callerOf } from './caller.ts';
export { countHeaders } from './count-headers.ts';
export { createGuard, type Guard, type GuardOptions } from './create-guard.ts';
export { createErrorHandler } from './error-handler.ts';
export { createFrontDoor, type FrontDoorOptions } from './front-door.ts';
export { createLogger, type GuardLogger } from './guard-logger.ts';
export { requestDetails } from './request-details.ts';
export { sampleLines } from './sampled-lines.ts';

export { type BearerChallenge, formatBearerChallenge } from './bearer-challenge.ts';
export { countHeaders } from './count-headers.ts';
export { createGuard, type Guard, type GuardOptions } from './create-guard.ts';
export { createErrorHandler } from './error-handler.ts';
export { createFrontDoor, type FrontDoorOptions } from './front-door.ts';
export { createLogger, type GuardLogger } from './guard-logger.ts';
export { createPublicPathRemover, publicPathOf } from './public-path.ts';

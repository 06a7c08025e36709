export { type StartMistake, startMistakes } from './start-mistakes.ts';
export { type MistakenToken, type TokenMistake, tokenMistakes } from './token-mistakes.ts';

export { type StartMistake, startMistakes } from './start-mistakes.ts';

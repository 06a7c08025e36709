export { type CodeBlock, codeBlocks, codeIn, withPart } from './documents.ts';
export { runCommand } from './run-command.ts';

import { z } from 'zod';
import { type JsonObject, parseJsonObject } from '../json.ts';

const toolResult = z.looseObject({
  isError: z.boolean().optional(),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
});

/** The JSON object that a tool answered with, structured or as text. Throws where the tool reports an error. */
export const objectOf = (result: unknown): JsonObject => {
  const { isError, structuredContent, content } = toolResult.parse(result);
  const text = content.find((part) => part.type === 'text')?.text ?? '';
  if (isError) throw new Error(`The tool failed: ${text}`);
  const answered = structuredContent ?? parseJsonObject(text);
  if (!answered) throw new Error(`The tool answered no JSON object: ${text}`);
  return answered;
};

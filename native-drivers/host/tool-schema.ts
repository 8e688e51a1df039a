import { z } from 'zod';
import { TOOL_FAILURES, TOOL_OPERATIONS, type ToolDescription } from '../core/tool.ts';

const line = z.string().min(1).max(200);
const word = z.string().max(1000);

const command = z.strictObject({
  args: z.array(word).max(100),
  exitCodes: z.record(
    z.string().regex(/^\d{1,3}$/),
    z.strictObject({ code: z.enum(TOOL_FAILURES), message: z.string().min(1).max(200) }),
  ),
  timeout: z.number().positive().max(3600),
  progress: line.exactOptional(),
  uid: z.union([z.strictObject({ line }), z.strictObject({ file: z.literal(true) })]).exactOptional(),
  states: z
    .array(z.strictObject({ line, dlm: z.string().min(1).max(40), locked: z.boolean() }))
    .max(20)
    .exactOptional(),
});

/** A tool as a recipe describes it (core/tool.ts). */
export const toolSchema: z.ZodType<ToolDescription> = z.strictObject({
  path: z.string().min(2).max(400),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  product: z.string().min(1).max(60),
  image: z.enum(['binary', 'intel-hex']),
  commands: z.partialRecord(z.enum(TOOL_OPERATIONS), command),
});

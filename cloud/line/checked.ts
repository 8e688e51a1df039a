import { z } from 'zod';
import { CloudError } from '#cloud/server/problem.ts';

/** A part of a call in its schema's form. Throws CloudError `bad-request` naming the first field that is wrong. */
export function checked<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CloudError(
    400,
    {
      code: 'bad-request',
      what: `The call is not as the protocol says${issue === undefined ? '' : `: ${issue.path.join('.')} ${issue.message}`}.`.slice(
        0,
        600,
      ),
      next: 'Update the station, or the cloud: they speak different versions.',
    },
    { cause: parsed.error },
  );
}

// Display filters as one types them: what may stand at the cursor.
import { z } from 'zod';

export const completion = z.object({
  /** What it is called, and what is written in place of the word at the cursor. */
  text: z.string(),
  insert: z.string(),
  /** A field's type in words, or the number of a named value. */
  type: z.string(),
  description: z.string(),
});

export const completions = z.object({
  kind: z.enum(['field', 'operator', 'value', 'join', 'none']),
  /** The field that operators or values are for. */
  field: z.string().nullable(),
  /** What is replaced, in characters (UTF-16 units). */
  from: z.number().int(),
  to: z.number().int(),
  items: z.array(completion),
});
export type Completions = z.infer<typeof completions>;

// What tshark, where it is installed, makes of one packet.
import { z } from 'zod';
import { fieldNode } from './schemas.ts';

export const deepDetail = z.object({
  no: z.number().int(),
  /** tshark's version: the tree is its, not ours. */
  version: z.string(),
  layers: z.array(fieldNode),
  /** The packet's number among those that tshark was given: packet numbers in its text count these. */
  number: z.number().int(),
  /** Packets of the conversation that it was given before this one, and those that were left out (limits; null: some, not counted). */
  before: z.number().int(),
  left: z.number().int().nullable(),
});
export type DeepDetail = z.infer<typeof deepDetail>;

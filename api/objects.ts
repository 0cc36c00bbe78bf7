// Bodies of HTTP/1 messages, as files.
import { z } from 'zod';

export const httpObject = z.object({
  /** Number of the packet that completes the message, and which of its messages. */
  packet: z.number().int(),
  part: z.number().int(),
  isRequest: z.boolean(),
  /** What was asked for, by this message or by the one it answers; null when that was not captured. */
  method: z.string().nullable(),
  host: z.string().nullable(),
  uri: z.string().nullable(),
  status: z.number().int().nullable(),
  contentType: z.string().nullable(),
  /** `gzip`, `br`; null when the body is sent as it is. */
  encoding: z.string().nullable(),
  /** Out of its chunks, and unpacked where the encoding is gzip or deflate. */
  bytes: z.number().int(),
  /** A name for a file, no two alike. */
  name: z.string(),
});
export type HttpObject = z.infer<typeof httpObject>;

export const httpObjects = z.object({ objects: z.array(httpObject).readonly(), total: z.number().int() });
export type HttpObjects = z.infer<typeof httpObjects>;

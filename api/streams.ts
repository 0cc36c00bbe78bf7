// The bytes of a conversation as each side sent them ("follow stream").
import { z } from 'zod';

export const streamChunk = z.object({
  /** Packet that brought the bytes. */
  no: z.number().int(),
  toServer: z.boolean(),
  /** Base64; empty where bytes are missing. */
  bytes: z.string(),
  /** Bytes that were acknowledged but not captured; 0 for data. */
  missing: z.number().int(),
});
export type StreamChunk = z.infer<typeof streamChunk>;

export const followedStream = z.object({
  protocol: z.string(),
  client: z.string(),
  server: z.string(),
  bytesToServer: z.number().int(),
  bytesToClient: z.number().int(),
  chunks: z.array(streamChunk),
  /** Bytes behind a gap that was never filled nor acknowledged; they are in no chunk. */
  waiting: z.number().int(),
  /** False when the conversation has more bytes than were asked for. */
  whole: z.boolean(),
});
export type FollowedStream = z.infer<typeof followedStream>;

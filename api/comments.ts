// Comments of packets, sections and interfaces: those of the files, and what people made of them.
import { z } from 'zod';

/** In UTF-8 an option of a pcapng block holds 65,535 bytes; the server checks that. */
const comment = z.string().min(1, { error: 'is empty' }).max(65_535);

/** The comments of one thing from now on, in place of those it has. Sections and interfaces are numbered from 0 in their file. */
export const commentsRequest = z
  .object({
    packet: z.number().int().min(1).optional(),
    file: z.string().optional(),
    section: z.number().int().min(0).optional(),
    interface: z.number().int().min(0).optional(),
    comments: z.array(comment).max(100),
    /** What the sender believes there is: refused with `changed` when somebody else was faster. */
    was: z.array(z.string()).optional(),
  })
  .refine(
    (r) =>
      r.packet === undefined
        ? r.file !== undefined && (r.section === undefined) !== (r.interface === undefined)
        : r.file === undefined && r.section === undefined && r.interface === undefined,
    { error: 'say what: "packet", or "file" with "section" or "interface"' },
  );
export type CommentsRequest = z.infer<typeof commentsRequest>;

export const caseComments = z.object({
  /** Packets with comments, by number; `total` counts them all. */
  packets: z.array(z.object({ no: z.number().int(), comments: z.array(z.string()) })),
  total: z.number().int(),
  captures: z.array(
    z.object({
      file: z.string(),
      /** False for pcap: what is said of its section or interface is kept beside it, and stands in an export. */
      pcapng: z.boolean(),
      sections: z.array(z.array(z.string())),
      interfaces: z.array(z.object({ point: z.string(), comments: z.array(z.string()) })),
    }),
  ),
});
export type CaseComments = z.infer<typeof caseComments>;

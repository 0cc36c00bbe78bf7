// Limits of the capture readers, so that a corrupt length can cost neither memory nor time.

/** Largest frame that is believed; wiretap stops at 256 KiB, and BIG TCP segments of 512 KiB exist since Linux 6.3. */
export const MAX_FRAME_BYTES = 1 << 20;

/** Blocks other than packets are held whole only up to this size; larger ones are skipped unread. */
export const MAX_BLOCK_BYTES = 1 << 20;

/** Issues kept per file; a file damaged in a million places says so once a place up to here. */
export const MAX_FILE_ISSUES = 100;

/** Interfaces of a pcapng section that are kept apart: the index holds their number in 16 bits. */
export const MAX_INTERFACES = 65_535;

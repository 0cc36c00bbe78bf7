import type { Outcome } from '../../api/schemas.ts';

/** Dispositions of a packet that reaches nobody: red in the drawing and behind the answer. */
export const lostKinds: Outcome['disposition']['kind'][] = ['dropped', 'rejected', 'noRoute', 'loop'];

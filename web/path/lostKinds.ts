import type { Outcome } from '../../api/explanation.ts';

/** Dispositions of a packet that reaches nobody: red in the drawing and behind the answer. */
export const lostKinds: Outcome['disposition']['kind'][] = ['dropped', 'rejected', 'noRoute', 'loop'];

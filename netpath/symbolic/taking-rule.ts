// Rules that give packets another destination, each with the packets that can come to it.
import type { SourceRef } from '../../parsers/core/issue.ts';
import type { Region } from './region.ts';

export interface TakingRule {
  readonly hook: 'PREROUTING' | 'OUTPUT';
  readonly region: Region;
  readonly source: SourceRef;
}

/** Regions of one rule set beyond this many are not made: no rule set in use comes near. */
export const MAX_REGIONS = 50_000;

export interface TakingRules {
  readonly rules: readonly TakingRule[];
  /** True where MAX_REGIONS ended the walk: rules may be missing. */
  readonly cut: boolean;
}

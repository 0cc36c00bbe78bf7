import type { ReactNode } from 'react';
import type { Owner } from '../../api/pieces.ts';
import styles from './Chip.module.css';
import { ownerLook } from './owner.ts';

/** Who wrote the rule, in the owner's colour and in words. */
export function OwnerChip({ owner }: { owner: Owner | null }) {
  if (owner === null) return null;
  const { color, tint, label } = ownerLook(owner);
  return (
    <span className={styles.chip} style={{ color, background: tint }}>
      {label}
    </span>
  );
}

/** `cni` is no verdict: it says whose doing it is, in that owner's colour. */
export type Tone = 'good' | 'neutral' | 'warn' | 'bad' | 'cni';

export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={[styles.badge, styles[tone]].filter(Boolean).join(' ')}>{children}</span>;
}

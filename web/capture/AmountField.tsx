import { useEffect, useState } from 'react';
import { type Amount, readWithin } from './amounts.ts';
import styles from './Setup.module.css';

interface Props {
  label: string;
  amount: Amount;
  value: number;
  onChange: (value: number) => void;
}

/** A limit with its unit; a text that cannot be read is marked, and the last good value stays. */
export function AmountField({ label, amount, value, onChange }: Props) {
  const [text, setText] = useState(amount.write(value));
  const read = readWithin(amount, text);
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the value when it changed elsewhere, not while it is typed
  useEffect(() => {
    if (read !== value) setText(amount.write(value));
  }, [value]);
  return (
    <input
      className={styles.input}
      aria-label={label}
      aria-invalid={read === null}
      title={`${label}: ${amount.example}`}
      autoComplete="off"
      spellCheck={false}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        const next = readWithin(amount, event.target.value);
        if (next !== null) onChange(next);
      }}
      onBlur={() => setText(amount.write(value))}
    />
  );
}

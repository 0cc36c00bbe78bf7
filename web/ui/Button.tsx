import type { ButtonHTMLAttributes, Ref } from 'react';
import styles from './Button.module.css';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'plain' | 'primary' | 'danger' | 'quiet';
  square?: boolean;
  on?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look = 'plain', square = false, on = false, className, ...rest }: Props) {
  const names = [styles.button, styles[look], square && styles.square, on && styles.on, className];
  return <button type="button" {...rest} className={names.filter(Boolean).join(' ')} />;
}

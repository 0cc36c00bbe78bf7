import { type FormEvent, useEffect, useState } from 'react';
import { patchCase } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import styles from './PacketInput.module.css';

const example = 'tcp 10.244.1.2:40500 > 10.96.0.80:80 in cni0';

interface Props {
  spec: string;
  error: string | null;
  focus?: boolean;
}

/** A packet as one types it for tcpdump. What the server refuses is said under the field. */
export function PacketInput({ spec, error, focus = false }: Props) {
  const [text, setText] = useState(spec);
  useEffect(() => setText(spec), [spec]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') patchCase({ spec: text.trim(), flow: null, dump: null, outcome: 0 });
  };
  const shownError = text.trim() === spec.trim() ? error : null;
  return (
    <form className={styles.form} onSubmit={submit}>
      <div className={styles.row}>
        <input
          className={styles.input}
          aria-label="Packet to explain"
          aria-invalid={shownError !== null}
          aria-describedby="packet-help"
          placeholder={example}
          maxLength={500}
          autoComplete="off"
          spellCheck={false}
          // biome-ignore lint/a11y/noAutofocus: the person has just asked for this field
          autoFocus={focus}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" look="primary" className={styles.submit} disabled={text.trim() === ''}>
          Explain
        </Button>
      </div>
      <p
        id="packet-help"
        className={shownError === null ? styles.help : styles.error}
        role={shownError === null ? undefined : 'alert'}
      >
        {shownError ?? (
          <>
            <code>PROTO SRC:PORT &gt; DST:PORT WHERE</code> — where is <code>in cni0</code>,{' '}
            <code>from pod default/client</code> or <code>local</code>; options <code>mark 0x4000</code>,{' '}
            <code>flags SA</code>, <code>ttl 63</code>
          </>
        )}
      </p>
    </form>
  );
}

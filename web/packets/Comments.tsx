// Comments on one thing: read, changed where they stand, added below. What crossed somebody else's change is refused, and said here.
import { useMutation } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import type { CommentsRequest } from '../../api/comments.ts';
import { api } from '../sources/client.ts';
import { queryClient } from '../sources/queries.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import styles from './Comments.module.css';

interface FormProps {
  text: string;
  busy: boolean;
  onSave: (text: string) => void;
  onCancel: () => void;
}

function Form({ text, busy, onSave, onCancel }: FormProps) {
  const [written, setWritten] = useState(text);
  const ready = written.trim() !== '' && !busy;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onCancel();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && ready) onSave(written);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={styles.form}>
      <textarea
        // biome-ignore lint/a11y/noAutofocus: it was just asked for
        autoFocus
        className={styles.text}
        aria-label="Comment"
        rows={Math.min(6, Math.max(2, written.split('\n').length))}
        value={written}
        onChange={({ target }) => setWritten(target.value)}
        onKeyDown={onKeyDown}
      />
      <Button className={styles.small} look="primary" disabled={!ready} onClick={() => onSave(written)}>
        Save
      </Button>
      <Button className={styles.small} onClick={onCancel}>
        Cancel
      </Button>
    </div>
  );
}

export type CommentTarget =
  | Pick<CommentsRequest, 'packet'>
  | Pick<CommentsRequest, 'file' | 'section'>
  | Pick<CommentsRequest, 'file' | 'interface'>;

interface Props {
  caseId: string;
  of: CommentTarget;
  comments: readonly string[];
  /** A sample's are only read. */
  readOnly: boolean;
  /** Whether a new one is being written. */
  adding: boolean;
  onAdding: (adding: boolean) => void;
}

export function Comments({ caseId, of, comments, readOnly, adding, onAdding }: Props) {
  const [editing, setEditing] = useState<number | null>(null);
  const send = useMutation({
    mutationFn: (next: string[]) => api.comment(caseId, { ...of, comments: next, was: [...comments] }),
    onSuccess: async () => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ['packet', caseId] }),
        queryClient.invalidateQueries({ queryKey: ['case', caseId] }),
      ]);
      setEditing(null);
      onAdding(false);
    },
  });
  const cancel = () => {
    setEditing(null);
    onAdding(false);
    send.reset();
  };
  return (
    <div className={styles.comments}>
      {comments.map((text, i) =>
        editing === i ? (
          <Form
            // biome-ignore lint/suspicious/noArrayIndexKey: a comment is its place
            key={i}
            text={text}
            busy={send.isPending}
            onSave={(next) => send.mutate(comments.map((old, at) => (at === i ? next : old)))}
            onCancel={cancel}
          />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a comment is its place
          <div key={i} className={styles.comment}>
            <Icon name="comment" size={13} />
            <p className={styles.said}>{text}</p>
            {!readOnly && (
              <span className={styles.tools}>
                <Button look="quiet" square aria-label={`Change comment ${i + 1}`} onClick={() => setEditing(i)}>
                  <Icon name="pencil" size={13} />
                </Button>
                <Button
                  look="quiet"
                  square
                  aria-label={`Delete comment ${i + 1}`}
                  disabled={send.isPending}
                  onClick={() => send.mutate(comments.filter((_, at) => at !== i))}
                >
                  <Icon name="close" size={13} />
                </Button>
              </span>
            )}
          </div>
        ),
      )}
      {adding && (
        <Form text="" busy={send.isPending} onSave={(next) => send.mutate([...comments, next])} onCancel={cancel} />
      )}
      {send.isError && (
        <p className={styles.problem} role="alert">
          {send.error.message}
        </p>
      )}
    </div>
  );
}

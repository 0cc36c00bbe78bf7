// What is said of a capture as a whole and of its interfaces, below its line in the list of files.
import { useState } from 'react';
import type { CaseComments } from '../../api/comments.ts';
import { Comments, type CommentTarget } from '../packets/Comments.tsx';
import { Button } from '../ui/Button.tsx';
import styles from './FilesTab.module.css';

/** Interfaces that are listed; a capture of more has its comments in the file. */
const mostInterfaces = 50;

interface Props {
  caseId: string;
  readOnly: boolean;
  capture: CaseComments['captures'][number];
}

function Of(props: Props & { of: CommentTarget; name: string; comments: readonly string[] }) {
  const { caseId, readOnly, of, name, comments } = props;
  const [adding, setAdding] = useState(false);
  if (readOnly && comments.length === 0) return null;
  return (
    <div className={styles.said}>
      <span className={styles.sayer} title={name}>
        {name}
      </span>
      <div className={styles.sayings}>
        <Comments
          caseId={caseId}
          of={of}
          comments={comments}
          readOnly={readOnly}
          adding={adding}
          onAdding={setAdding}
        />
        {!readOnly && !adding && (
          <Button look="quiet" className={styles.say} onClick={() => setAdding(true)}>
            Add a comment
          </Button>
        )}
      </div>
    </div>
  );
}

export function CaptureComments(props: Props) {
  const { capture, readOnly } = props;
  const { file, sections, interfaces } = capture;
  const all = [...sections, ...interfaces.map(({ comments }) => comments)];
  const count = all.reduce((sum, comments) => sum + comments.length, 0);
  if (readOnly && count === 0) return null;
  return (
    <details className={styles.comments} open={count > 0}>
      <summary>Comments</summary>
      {sections.map((comments, section) => (
        <Of
          // biome-ignore lint/suspicious/noArrayIndexKey: a section is its place
          key={section}
          {...props}
          of={{ file, section }}
          name={sections.length === 1 ? 'capture' : `section ${section}`}
          comments={comments}
        />
      ))}
      {interfaces.slice(0, mostInterfaces).map(({ point, comments }, id) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an interface is its number
        <Of key={id} {...props} of={{ file, interface: id }} name={point} comments={comments} />
      ))}
    </details>
  );
}

// Says whose tree is shown: tshark's, of which version, made of which packets; or why there is none.
import type { UseQueryResult } from '@tanstack/react-query';
import type { DeepDetail } from '../../api/deep.ts';
import { Button } from '../ui/Button.tsx';
import { countText } from '../ui/quantities.ts';
import styles from './DeepBanner.module.css';

function madeOf({ before, left, number }: DeepDetail): string {
  const others = left === 0 ? '' : left === null ? ' (others left out)' : ` (${countText(left)} left out)`;
  if (before === 0) return `of this packet alone${others}`;
  return `of this packet and ${countText(before)} before it${others}; it numbers them 1 to ${number}`;
}

export function DeepBanner({ answer, onClose }: { answer: UseQueryResult<DeepDetail>; onClose: () => void }) {
  const { data, error, isError } = answer;
  return (
    <div className={styles.banner} data-failed={isError} role={isError ? 'alert' : 'status'}>
      <p>
        {isError ? (
          error.message
        ) : data === undefined ? (
          'Asking tshark …'
        ) : (
          <>
            The tree of <strong>tshark {data.version}</strong>, made {madeOf(data)}.
          </>
        )}
      </p>
      <Button className={styles.back} aria-label="vethscope’s tree" title="vethscope’s tree" onClick={onClose}>
        Back
      </Button>
    </div>
  );
}

import { useMutation } from '@tanstack/react-query';
import type { CaseSummary } from '../../api/schemas.ts';
import { api } from '../sources/client.ts';
import { queryClient } from '../sources/queries.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog, DialogTitle } from '../ui/Dialog.tsx';
import { bytesText, plural } from '../ui/quantities.ts';
import styles from './CaseCard.module.css';

export function DeleteCase({ entry, open, onClose }: { entry: CaseSummary; open: boolean; onClose: () => void }) {
  const remove = useMutation({
    mutationFn: () => api.deleteCase(entry.id),
    onSuccess: () => {
      onClose();
      return queryClient.invalidateQueries({ queryKey: ['cases'] });
    },
  });
  return (
    <Dialog open={open} onClose={onClose} className={styles.confirm}>
      <DialogTitle>Delete {entry.name}?</DialogTitle>
      <p>
        {plural(entry.captures, 'capture')} and {plural(entry.dumps, 'dump')}, {bytesText(entry.bytes)}, are removed
        from the server’s disk. This cannot be undone.
      </p>
      {remove.isError && <p role="alert">{remove.error.message}</p>}
      <div className={styles.buttons}>
        <Button onClick={onClose}>Keep</Button>
        <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          Delete
        </Button>
      </div>
    </Dialog>
  );
}

import { useOverlays } from '../state/overlays.ts';
import { Dialog, DialogTitle } from '../ui/Dialog.tsx';
import styles from './KeysDialog.module.css';
import { keyList } from './keys.ts';

const groups = [...new Set(keyList.map(({ group }) => group))];

export function KeysDialog() {
  const { open, show } = useOverlays();
  return (
    <Dialog open={open === 'keys'} onClose={() => show(null)} className={styles.keys}>
      <DialogTitle className={styles.title}>Keys</DialogTitle>
      <div className={styles.groups}>
        {groups.map((group) => (
          <section key={group}>
            <h3 className={styles.group}>{group}</h3>
            {keyList
              .filter((entry) => entry.group === group)
              .map(({ keys, does }) => (
                <p key={does} className={styles.row}>
                  {does}
                  <span className={styles.caps}>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </span>
                </p>
              ))}
          </section>
        ))}
      </div>
    </Dialog>
  );
}

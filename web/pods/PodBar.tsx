import type { PodList } from '../../api/live.ts';
import type { PodsAddress } from '../state/address.ts';
import { patchPods } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import styles from './PodBar.module.css';
import { namespacesOf } from './podText.ts';

interface Props {
  list: PodList;
  address: PodsAddress;
  shown: number;
}

export function PodBar({ list, address, shown }: Props) {
  const namespaces = namespacesOf(list.pods);
  const { search, namespace, hostPortsOnly } = address;
  const all = namespace !== null && !namespaces.includes(namespace) ? [namespace, ...namespaces] : namespaces;
  return (
    <div className={styles.bar}>
      <input
        id="filter"
        className={styles.search}
        aria-label="Find pods"
        placeholder="name, namespace, IP, veth, port …"
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(event) => patchPods({ search: event.target.value }, 'replace')}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== 'Escape' && event.key !== 'ArrowDown') return;
          event.preventDefault();
          document.querySelector<HTMLElement>('[data-pod-check][tabindex="0"]')?.focus();
        }}
      />
      <select
        className={styles.namespace}
        aria-label="Namespace"
        value={namespace ?? ''}
        onChange={(event) => patchPods({ namespace: event.target.value === '' ? null : event.target.value }, 'replace')}
      >
        <option value="">All namespaces</option>
        {all.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <Button
        on={hostPortsOnly}
        aria-pressed={hostPortsOnly}
        className={styles.toggle}
        onClick={() => patchPods({ hostPortsOnly: !hostPortsOnly }, 'replace')}
      >
        hostPorts only
      </Button>
      <span className="said" aria-live="polite">
        {shown} pods shown
      </span>
    </div>
  );
}

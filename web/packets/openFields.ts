// Which fields of the tree are open. Kept from packet to packet; the transport layer begins open.
import { create } from 'zustand';

interface OpenFields {
  keys: ReadonlySet<string>;
  set: (key: string, open: boolean) => void;
  openAll: (keys: readonly string[]) => void;
}

const store = create<OpenFields>()((set) => ({
  keys: new Set(['/tcp', '/udp', '/icmp', '/icmpv6']),
  set: (key, open) =>
    set(({ keys }) => {
      const next = new Set(keys);
      if (open) next.add(key);
      else next.delete(key);
      return { keys: next };
    }),
  openAll: (more) => set(({ keys }) => ({ keys: new Set([...keys, ...more]) })),
}));

export function useOpenFields() {
  const { keys, set, openAll } = store();
  return { isOpen: (key: string) => keys.has(key), setOpen: set, openAll };
}

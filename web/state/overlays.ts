// Which overlay is open: the command palette, the list of keys. Opened from anywhere, so it has one home.
import { create } from 'zustand';

interface Overlays {
  open: 'palette' | 'keys' | null;
  show: (overlay: 'palette' | 'keys' | null) => void;
}

export const useOverlays = create<Overlays>()((set) => ({ open: null, show: (open) => set({ open }) }));

// One line that a failed action says, until the person closes it.
import { create } from 'zustand';

interface Messages {
  text: string | null;
  say: (text: string) => void;
  close: () => void;
}

export const useMessages = create<Messages>()((set) => ({
  text: null,
  say: (text) => set({ text }),
  close: () => set({ text: null }),
}));

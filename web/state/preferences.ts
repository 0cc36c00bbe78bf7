// What belongs to the person, not to the link: theme, time format. Kept in localStorage.
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export type ThemeChoice = 'system' | 'dark' | 'light';
export type TimeFormat = 'relative' | 'delta' | 'utc';

interface Preferences {
  theme: ThemeChoice;
  timeFormat: TimeFormat;
  setTheme: (theme: ThemeChoice) => void;
  setTimeFormat: (timeFormat: TimeFormat) => void;
}

export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      theme: 'system',
      timeFormat: 'relative',
      setTheme: (theme) => set({ theme }),
      setTimeFormat: (timeFormat) => set({ timeFormat }),
    }),
    { name: 'vethscope.preferences' },
  ),
);

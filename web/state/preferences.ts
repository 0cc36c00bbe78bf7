// What belongs to the person, not to the link: theme, time format, filters used. Kept in localStorage.
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export type ThemeChoice = 'system' | 'dark' | 'light';
export type TimeFormat = 'relative' | 'delta' | 'utc';

interface Preferences {
  theme: ThemeChoice;
  timeFormat: TimeFormat;
  /** Display filters that were applied, the newest first. */
  recentFilters: readonly string[];
  setTheme: (theme: ThemeChoice) => void;
  setTimeFormat: (timeFormat: TimeFormat) => void;
  setRecentFilters: (recentFilters: readonly string[]) => void;
}

export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      theme: 'system',
      timeFormat: 'relative',
      recentFilters: [],
      setTheme: (theme) => set({ theme }),
      setTimeFormat: (timeFormat) => set({ timeFormat }),
      setRecentFilters: (recentFilters) => set({ recentFilters }),
    }),
    { name: 'vethscope.preferences' },
  ),
);

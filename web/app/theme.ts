// The theme as an attribute of the root element; "system" follows the system while it is chosen.
import { useLayoutEffect } from 'react';
import { type ThemeChoice, usePreferences } from '../state/preferences.ts';

const dark = '(prefers-color-scheme: dark)';

export const nextTheme: Record<ThemeChoice, ThemeChoice> = { system: 'dark', dark: 'light', light: 'system' };

export function useTheme(): void {
  const choice = usePreferences(({ theme }) => theme);
  useLayoutEffect(() => {
    const media = window.matchMedia(dark);
    const apply = () => {
      document.documentElement.dataset['theme'] = choice === 'system' ? (media.matches ? 'dark' : 'light') : choice;
    };
    apply();
    media.addEventListener('change', apply);
    return () => media.removeEventListener('change', apply);
  }, [choice]);
}

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { pickFiles } from '../library/pickFiles.ts';
import { useCases } from '../sources/queries.ts';
import { useOverlays } from '../state/overlays.ts';
import { usePreferences } from '../state/preferences.ts';
import { go, patchCase, useAddress } from '../state/useAddress.ts';
import { Dialog, DialogTitle } from '../ui/Dialog.tsx';
import { Icon } from '../ui/Icon.tsx';
import { scrollWithin } from '../ui/scrollWithin.ts';
import { type CommandAction, commandsFor, matchingCommands } from './commands.ts';
import styles from './Palette.module.css';

function useRun() {
  const show = useOverlays((state) => state.show);
  const setTheme = usePreferences((state) => state.setTheme);
  return (action: CommandAction) => {
    show(action.kind === 'keys' ? 'keys' : null);
    if (action.kind === 'open') go(action.address);
    if (action.kind === 'theme') setTheme(action.theme);
    if (action.kind === 'upload') pickFiles('files');
    if (action.kind === 'filter') {
      patchCase({ tab: 'packets' });
      window.setTimeout(() => document.getElementById('filter')?.focus(), 50);
    }
  };
}

function PaletteBody() {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const run = useRun();
  const found = matchingCommands(commandsFor(useAddress(), useCases().data ?? []), text);
  const chosen = Math.min(active, Math.max(0, found.length - 1));

  useEffect(() => {
    scrollWithin(list.current, list.current?.children[chosen], 'nearest');
  }, [chosen]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActive((chosen + step + found.length) % Math.max(1, found.length));
    }
    const command = found[chosen];
    if (event.key === 'Enter' && command !== undefined) run(command.action);
  };

  return (
    <>
      <DialogTitle className="said">Command palette</DialogTitle>
      <input
        className={styles.input}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `palette-${chosen}` : undefined}
        aria-label="Type a command or the name of a case"
        placeholder="Type a command or the name of a case"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id="palette-list" role="listbox" aria-label="Commands" className={styles.list}>
        {found.map((command, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys, as a combobox does
          // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus and names the active option
          <div
            key={command.id}
            id={`palette-${i}`}
            role="option"
            aria-selected={i === chosen}
            className={styles.item}
            onClick={() => run(command.action)}
            onPointerMove={() => setActive(i)}
          >
            <Icon name={command.icon} />
            <span className={styles.name}>{command.title}</span>
            <span className={styles.hint}>{command.hint}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className={styles.none}>Nothing is called “{text}”.</p>}
    </>
  );
}

export function Palette() {
  const { open, show } = useOverlays();
  return (
    <Dialog open={open === 'palette'} onClose={() => show(null)} className={styles.popup}>
      <PaletteBody />
    </Dialog>
  );
}

import { DropTarget } from '../library/DropTarget.tsx';
import { Library } from '../library/Library.tsx';
import { UploadTray } from '../library/UploadTray.tsx';
import { PodsScreen } from '../pods/PodsScreen.tsx';
import { useLive } from '../sources/live.ts';
import type { Address } from '../state/address.ts';
import { useAddress } from '../state/useAddress.ts';
import styles from './App.module.css';
import { CaseScreen } from './CaseScreen.tsx';
import { KeysDialog } from './KeysDialog.tsx';
import { useKeys } from './keys.ts';
import { Palette } from './Palette.tsx';
import { Rail } from './Rail.tsx';
import { TopBar } from './TopBar.tsx';
import { useTheme } from './theme.ts';
import { useTitle } from './title.ts';

function Screen({ address }: { address: Address }) {
  if (address.screen === 'library') return <Library />;
  if (address.screen === 'pods') return <PodsScreen address={address} />;
  return <CaseScreen key={address.caseId} address={address} />;
}

export function App() {
  useTheme();
  useKeys();
  const address = useAddress();
  useTitle(address);
  useLive(address.screen === 'case' ? address.caseId : null);
  return (
    <DropTarget>
      <div className={styles.app}>
        <Rail address={address} />
        <div className={styles.main}>
          <TopBar address={address} />
          <main className={styles.screen}>
            <Screen address={address} />
          </main>
        </div>
      </div>
      <UploadTray />
      <Palette />
      <KeysDialog />
    </DropTarget>
  );
}

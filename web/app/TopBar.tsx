import { Fragment } from 'react';
import { LiveBar } from '../capture/LiveBar.tsx';
import { DiskBadge, PodsCrumbs } from '../pods/PodsCrumbs.tsx';
import { useCaptureStatus } from '../sources/pods.ts';
import { useCase, useFindings, useFlows } from '../sources/queries.ts';
import { type Address, type CaseAddress, tabs } from '../state/address.ts';
import { useOverlays } from '../state/overlays.ts';
import { type ThemeChoice, usePreferences } from '../state/preferences.ts';
import { go } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import { Badge } from '../ui/Chip.tsx';
import { Icon, type IconName } from '../ui/Icon.tsx';
import styles from './TopBar.module.css';
import { tabNames } from './tabNames.ts';
import { nextTheme } from './theme.ts';

const themeIcons: Record<ThemeChoice, IconName> = { system: 'display', dark: 'moon', light: 'sun' };

function FlowCrumb({ address }: { address: CaseAddress }) {
  const flows = useFlows(address.caseId);
  const flow = flows.data?.find(({ id }) => id === address.flow);
  if (address.flow === null) return address.spec;
  return flow === undefined
    ? `flow ${address.flow}`
    : `flow ${flow.id}  ${flow.protocol.toLowerCase()} ${flow.client} → ${flow.server}`;
}

function CaseCrumbs({ address }: { address: CaseAddress }) {
  const detail = useCase(address.caseId);
  const status = useCaptureStatus(address.caseId);
  const name = detail.data?.name ?? address.caseId;
  const deeper = address.tab === 'path' && (address.flow !== null || address.spec !== null);
  return (
    <>
      <span className={styles.slash}>/</span>
      <span className={styles.here} title={name}>
        {name}
      </span>
      {deeper && (
        <>
          <span className={`${styles.slash} ${styles.detailSlash}`}>/</span>
          <span className={styles.detail}>
            <FlowCrumb address={address} />
          </span>
        </>
      )}
      {detail.data?.state === 'receiving' && status === null && <Badge tone="good">receiving</Badge>}
    </>
  );
}

function FindingsCount({ caseId }: { caseId: string }) {
  const findings = useFindings(caseId).data ?? [];
  if (findings.length === 0) return null;
  const tone = findings.some(({ severity }) => severity === 'error') ? 'bad' : 'warn';
  return (
    <span className={styles.count} data-tone={tone}>
      {findings.length}
    </span>
  );
}

export function TopBar({ address }: { address: Address }) {
  const show = useOverlays((state) => state.show);
  const { theme, setTheme } = usePreferences();
  const inCase = address.screen === 'case' ? address : null;
  return (
    <header className={styles.bar}>
      {address.screen === 'pods' ? (
        <PodsCrumbs />
      ) : (
        <nav className={styles.crumbs} aria-label="Breadcrumb">
          <button
            type="button"
            className={`${styles.crumb} ${inCase ? styles.parent : styles.here}`}
            onClick={() => go({ screen: 'library' })}
          >
            Captures
          </button>
          {inCase && <CaseCrumbs address={inCase} />}
        </nav>
      )}
      {inCase && (
        <nav className={styles.tabs} aria-label="Views of the case">
          {tabs.map((tab) => (
            <Fragment key={tab}>
              <button
                type="button"
                className={styles.tab}
                aria-current={inCase.tab === tab ? 'page' : undefined}
                onClick={() => go({ ...inCase, tab })}
              >
                {tabNames[tab]}
                {tab === 'findings' && <FindingsCount caseId={inCase.caseId} />}
              </button>
            </Fragment>
          ))}
        </nav>
      )}
      <span className={styles.spring} />
      <div className={styles.actions}>
        {inCase && <LiveBar key={inCase.caseId} caseId={inCase.caseId} />}
        {address.screen === 'pods' && <DiskBadge />}
        <Button
          className={styles.search}
          onClick={() => show('palette')}
          title="Command palette"
          aria-label="Command palette, Ctrl K"
        >
          <Icon name="search" />
          <kbd className={styles.searchText}>Ctrl K</kbd>
        </Button>
        <Button
          square
          onClick={() => setTheme(nextTheme[theme])}
          title={`Theme: ${theme}`}
          aria-label={`Theme: ${theme}. Change to ${nextTheme[theme]}`}
        >
          <Icon name={themeIcons[theme]} />
        </Button>
      </div>
    </header>
  );
}

import { useState } from 'react';
import { Group, Panel } from 'react-resizable-panels';
import type { Explanation } from '../../api/explanation.ts';
import type { CaseDetail } from '../../api/schemas.ts';
import type { ExplainTarget } from '../sources/client.ts';
import { useExplanation } from '../sources/queries.ts';
import type { CaseAddress } from '../state/address.ts';
import { Failed, Loading } from '../ui/Notice.tsx';
import { Divider } from '../ui/Panes.tsx';
import { Answer } from './Answer.tsx';
import { DumpPane } from './DumpPane.tsx';
import { claimsOf, firstPlace, marksOf } from './dumpRanges.ts';
import { Outcomes } from './Outcomes.tsx';
import { PacketInput } from './PacketInput.tsx';
import { PathDrawing } from './PathDrawing.tsx';
import { PathStart } from './PathStart.tsx';
import styles from './PathTab.module.css';
import { Steps } from './Steps.tsx';
import { WhatIfs } from './WhatIfs.tsx';

function targetOf({ flow, spec }: CaseAddress): ExplainTarget | null {
  if (spec !== null) return { packet: spec };
  return flow === null ? null : { flow };
}

function Explained({ address, explanation }: { address: CaseAddress; explanation: Explanation }) {
  const [asking, setAsking] = useState(false);
  const chosen = Math.min(address.outcome, Math.max(0, explanation.outcomes.length - 1));
  const outcome = explanation.outcomes[chosen];
  const place = address.dump ?? firstPlace(explanation, chosen);
  return (
    <div className={styles.tab}>
      <Answer explanation={explanation} outcome={chosen} asking={asking} onAsk={() => setAsking(!asking)} />
      {asking && (
        <div className={styles.ask}>
          <PacketInput spec={explanation.packet.spec} error={null} focus />
        </div>
      )}
      <Outcomes outcomes={explanation.outcomes} chosen={chosen} />
      <Group orientation="vertical" className={styles.body} id="path-rows">
        <Panel id="drawing" defaultSize="54%" minSize="160px">
          <PathDrawing
            diagram={outcome?.diagram ?? explanation.diagram}
            outcome={outcome}
            summary={outcome?.headline.text ?? explanation.headline.text}
          />
        </Panel>
        <Divider label="Height of the drawing" />
        <Panel id="panes" minSize="140px">
          <Group orientation="horizontal" id="path-columns">
            <Panel id="steps" defaultSize="40%" minSize="220px">
              <Steps outcome={outcome} dump={place} />
            </Panel>
            <Divider label="Width of the steps" />
            <Panel id="dump" minSize="200px">
              {place !== null && (
                <DumpPane
                  key={place.file}
                  caseId={address.caseId}
                  place={place}
                  marks={marksOf(place.file, claimsOf(explanation, chosen))}
                />
              )}
            </Panel>
            <Divider label="Width of what if" />
            <Panel id="what-if" defaultSize="25%" minSize="180px">
              <WhatIfs list={explanation.whatIf} />
            </Panel>
          </Group>
        </Panel>
      </Group>
    </div>
  );
}

export function PathTab({ address, detail }: { address: CaseAddress; detail: CaseDetail }) {
  const target = targetOf(address);
  const answer = useExplanation(address.caseId, detail.hasNodeState ? target : null);
  if (!detail.hasNodeState || target === null) return <PathStart address={address} detail={detail} error={null} />;
  if (answer.data !== undefined)
    return <Explained key={JSON.stringify(target)} address={address} explanation={answer.data} />;
  if (answer.isError && address.spec !== null)
    return <PathStart address={address} detail={detail} error={answer.error.message} />;
  if (answer.isError) {
    return (
      <div className={styles.start}>
        <Failed
          what={`Flow ${address.flow} cannot be explained`}
          error={answer.error}
          retry={() => void answer.refetch()}
        />
      </div>
    );
  }
  return <Loading what="Following the packet through the node" />;
}

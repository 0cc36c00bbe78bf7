// The answer's way back in a line, and behind it the steps that mattered: coming back as expected is quiet, breaking is not.

import type { Reply } from '../../api/explanation.ts';
import { Badge } from '../ui/Chip.tsx';
import { FragmentText } from '../ui/FragmentText.tsx';
import { shortPlaces } from '../ui/sourceLabel.ts';
import { stepFragments } from './stepFragments.ts';
import styles from './WayBack.module.css';

const looks = {
  returns: { text: 'answer comes back', tone: 'good' },
  breaks: { text: 'answer does not come back', tone: 'bad' },
  elsewhere: { text: 'answer goes another way', tone: 'neutral' },
  unknown: { text: 'answer not known', tone: 'warn' },
} as const;

export function WayBack({ reply }: { reply: Reply }) {
  const { text, tone } = looks[reply.verdict];
  const steps = reply.steps.filter(({ mattered }) => mattered);
  return (
    <details className={styles.back} aria-label="The way back">
      <summary>
        <Badge tone={tone}>{text}</Badge>
        <span>{reply.reason}</span>
      </summary>
      <ol>
        {steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the steps of one reply never change their order
          <li key={i}>
            <FragmentText fragments={shortPlaces(stepFragments(step))} />
          </li>
        ))}
      </ol>
    </details>
  );
}

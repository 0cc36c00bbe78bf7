// The explanation as text for a ticket: the answer, its sentences with file and line, the rules themselves.
import type { Explanation } from '../../api/explanation.ts';
import type { Sentence, SourceRefDto } from '../../api/pieces.ts';

const place = ({ file, line }: SourceRefDto) => `${file}:${line}`;

function sentenceText({ text, sources }: Sentence): string {
  const places = sources.map(place).filter((name) => !text.includes(name));
  return places.length === 0 ? text : `${text} [${places.join(', ')}]`;
}

export function ticketText(explanation: Explanation, outcome: number): string {
  const { packet, headline, sentences, badges, outcomes, whyNot, whatIf } = explanation;
  const chosen = outcomes[outcome];
  const lines = [headline.text, '', `Packet: ${packet.spec}`, ''];
  lines.push(...sentences.map(sentenceText), '');
  if (explanation.snapshot !== undefined) lines.push(explanation.snapshot.text, '');
  for (const { how, node, headline: there } of chosen?.onward?.legs ?? [])
    lines.push(how, `On ${node}: ${there.text}`, '');
  if (chosen?.onward?.stopped) lines.push(chosen.onward.stopped, '');
  for (const { legs, stopped } of chosen?.onward?.others ?? []) {
    const leg = legs.at(-1);
    if (leg !== undefined)
      lines.push(`Or, outcome ${leg.outcome} of ${leg.outcomes} on ${leg.node}: ${leg.headline.text}`, '');
    if (stopped !== null) lines.push(stopped, '');
  }
  if (chosen?.reply) lines.push(`Way back: ${chosen.reply.reason}`, '');
  if (badges.length > 0) lines.push(badges.map(({ text }) => text).join(' · '), '');
  const steps = chosen?.steps.filter(({ mattered }) => mattered) ?? [];
  if (steps.length > 0) lines.push('Steps that mattered:');
  for (const { source, summary, rule } of steps) {
    lines.push(`- ${summary}`);
    if (source !== null) lines.push(`    ${place(source)}: ${rule ?? source.text}`);
  }
  if (chosen !== undefined && outcomes.length > 1) {
    lines.push('', `Outcome ${outcome + 1} of ${outcomes.length}, assuming:`);
    lines.push(
      ...chosen.assumptions.map(
        ({ assumed, why, source }) => `- ${assumed} (${why})${source ? ` [${place(source)}]` : ''}`,
      ),
    );
  }
  if (whyNot !== null) lines.push('', `Why not ${whyNot.candidate}:`, ...whyNot.sentences.map(sentenceText));
  const changes = whatIf.filter(({ changed }) => changed);
  if (changes.length > 0) lines.push('', 'What would change it:');
  for (const { label, before, after } of changes) lines.push(`- ${label}: ${before} → ${after}`);
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

// A step of a trace in a line, with the dump line it stands on.
import type { Step } from '../../api/explanation.ts';
import type { Fragment } from '../../api/pieces.ts';

export function stepFragments({ hook, summary, source }: Step): Fragment[] {
  const place: Fragment[] =
    source === null
      ? []
      : [
          { kind: 'text', text: ' ' },
          { kind: 'code', text: `${source.file}:${source.line}`, source },
        ];
  return [{ kind: 'text', text: hook === null ? summary : `${hook}: ${summary}` }, ...place];
}

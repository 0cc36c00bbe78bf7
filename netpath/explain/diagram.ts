// The drawing of a trace: the node's frame with the hooks as the packet crossed them, who decided, where addresses changed, and beside
// it the way that was not taken. Only what is drawn stands here; where it is drawn is the viewer's business.
import { endpointText } from '../../parsers/core/address.ts';
import type { SourceRef } from '../../parsers/core/issue.ts';
import type { Owner } from '../owner.ts';
import type { Step } from '../trace.ts';
import { isExpected, receiverName, type Subject } from './sentences.ts';

export interface DiagramLine {
  readonly text: string;
  readonly priority: number | null;
  readonly owner: Owner | null;
  readonly state: 'passed' | 'decided' | 'rewrite' | 'notReached';
  readonly rewrite: { readonly what: 'dst' | 'src'; readonly before: string; readonly after: string } | null;
  readonly source: SourceRef | null;
}

export interface DiagramStage {
  readonly id: string;
  readonly kind: 'endpoint' | 'interface' | 'hook' | 'route' | 'ipvs';
  readonly lane: 'main' | 'side';
  readonly insideNode: boolean;
  readonly title: string;
  readonly subtitle: string | null;
  readonly owner: Owner | null;
  readonly state: 'taken' | 'decided' | 'notReached';
  readonly lines: readonly DiagramLine[];
}

export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  readonly taken: boolean;
  readonly label: string | null;
  readonly owner: Owner | null;
}

export interface Diagram {
  readonly node: string;
  readonly stages: readonly DiagramStage[];
  readonly edges: readonly DiagramEdge[];
}

const line = (text: string, more: Partial<DiagramLine> = {}): DiagramLine => ({
  text,
  priority: null,
  owner: null,
  state: 'passed',
  rewrite: null,
  source: null,
  ...more,
});

/** The lines of one hook: a line a table, the deciding rule named, the rewrite under it. */
function hookLines(steps: readonly Step[]): DiagramLine[] {
  const out: DiagramLine[] = [];
  const seen = new Set<string>();
  for (const s of steps) {
    if (s.kind === 'conntrack') {
      out.push(line(s.summary, { priority: s.priority, owner: 'conntrack', source: s.source }));
    } else if (s.kind === 'rewrite' && s.rewrite) {
      // The table's own line says who decided; it was written before the rewrite.
      const table = out.findLast((l) => l.priority === s.priority);
      const name = s.owner === 'conntrack' ? 'conntrack · stored NAT' : s.owner === 'ipvs' ? 'IPVS' : null;
      if (table && s.owner !== 'ipvs')
        out[out.indexOf(table)] = {
          ...table,
          owner: s.owner,
          state: 'decided',
          source: s.source,
          text: name ?? table.text,
        };
      else if (name) out.push(line(name, { priority: s.priority, owner: s.owner, state: 'decided', source: s.source }));
      out.push(line('', { owner: s.owner, state: 'rewrite', rewrite: s.rewrite, source: s.source }));
    } else if (s.kind === 'ipvs' && s.hook !== null) {
      out.push(line(`IPVS ${s.summary}`, { priority: s.priority, owner: 'ipvs', state: 'decided', source: s.source }));
    } else if (s.table !== null) {
      const key = `${s.table}`;
      const decisive = s.mattered && s.kind !== 'return' && (s.verdict === 'ACCEPT' || s.verdict === 'DROP');
      const target = / -j (\S+)/.exec(s.rule ?? '')?.[1];
      const text = decisive
        ? `${s.table} · ${decisiveText(s, target)}`
        : s.kind === 'policy' && s.table === 'filter'
          ? `${s.table} · policy ${s.verdict ?? ''}`
          : s.table;
      if (!seen.has(key)) {
        seen.add(key);
        out.push(
          line(text, {
            priority: s.priority,
            owner: decisive ? s.owner : null,
            state: decisive ? 'decided' : 'passed',
            source: s.source,
          }),
        );
      } else if (decisive || text !== s.table) {
        const i = out.findIndex((l) => l.text === s.table || l.text.startsWith(`${s.table} · `));
        if (i >= 0)
          out[i] = line(text, {
            priority: s.priority,
            owner: decisive ? s.owner : null,
            state: decisive ? 'decided' : 'passed',
            source: s.source,
          });
      }
    }
  }
  return out;
}

function decisiveText(s: Step, target: string | undefined): string {
  if (s.kind === 'policy') return `policy ${s.verdict ?? ''}`;
  if (target === 'DNAT' || target === 'MASQUERADE' || target === 'SNAT' || target === 'REDIRECT' || target === 'REJECT')
    return target;
  return s.verdict ?? '';
}

interface Group {
  readonly kind: DiagramStage['kind'];
  readonly hook: string | null;
  readonly steps: Step[];
}

/** Consecutive steps of one hook become one box; route and IPVS steps between them their own. */
function groups(steps: readonly Step[]): Group[] {
  const out: Group[] = [];
  for (const s of steps) {
    const last = out.at(-1);
    if (s.hook !== null) {
      if (last?.kind === 'hook' && last.hook === s.hook) last.steps.push(s);
      else out.push({ kind: 'hook', hook: s.hook, steps: [s] });
    } else if (s.kind === 'route') {
      if (last?.kind === 'route') last.steps.push(s);
      else out.push({ kind: 'route', hook: null, steps: [s] });
    } else if (s.kind === 'enter' || s.kind === 'exit') out.push({ kind: 'interface', hook: null, steps: [s] });
  }
  return out;
}

function senderStage(s: Subject): DiagramStage {
  const { where } = s.spec;
  const ip = s.trace.steps[0]?.packet.src ?? '';
  const pod = s.spec.src ? s.machine.podByIp(s.spec.src) : null;
  const local = where.kind === 'local';
  return {
    id: 'sender',
    kind: 'endpoint',
    lane: 'main',
    insideNode: local,
    title: pod ? pod.name : local ? 'node process' : ip,
    subtitle: pod ? `pod · ${pod.namespace ?? ''}` : local ? 'on the node' : 'outside',
    owner: null,
    state: 'taken',
    lines: [line(endpointText(s.spec.src ?? s.spec.dst, s.spec.sport))],
  };
}

function receiverStage(s: Subject, owner: Owner | null): DiagramStage {
  const t = s.trace;
  const kind = t.disposition.kind;
  const ended = kind !== 'delivered' && kind !== 'leavesNode';
  const lines = [line(t.finalDestination)];
  if (s.decision.snat?.rewrite.rewrite) lines.push(line(`sees source ${t.source}`));
  const port = s.decision.dnat && owner === 'cni' ? s.decision.dnat.rewrite.packet.dport : null;
  if (port !== null) lines.push(line(`hostPort ${port}`, { owner: 'cni' }));
  return {
    id: 'receiver',
    kind: 'endpoint',
    lane: 'main',
    insideNode: ended || t.steps.at(-1)?.kind === 'socket',
    title: ended
      ? { dropped: 'dropped', rejected: 'refused', noRoute: 'no route', loop: 'loop', insufficientInfo: 'not known' }[
          kind
        ]
      : receiverName(t),
    subtitle: ended
      ? t.disposition.reason
      : t.to.pod
        ? 'pod'
        : t.to.process
          ? 'process of the node'
          : kind === 'leavesNode'
            ? 'beyond the node'
            : null,
    owner: ended ? null : owner,
    state: 'decided',
    lines: ended ? [] : lines,
  };
}

function sideStages(s: Subject, routeId: string | null): { stages: DiagramStage[]; edges: DiagramEdge[] } {
  const { service } = s.destination;
  if (!service?.ipvs || s.trace.ipvs || isExpected(s.trace, service) || routeId === null)
    return { stages: [], edges: [] };
  const v = service.ipvs;
  const first = service.endpoints[0];
  const stages: DiagramStage[] = [
    {
      id: 'ipvs-not-reached',
      kind: 'ipvs',
      lane: 'side',
      insideNode: true,
      title: 'LOCAL_IN',
      subtitle: null,
      owner: 'ipvs',
      state: 'notReached',
      lines: [
        line('IPVS · not reached', { priority: 99, owner: 'ipvs', state: 'notReached', source: v.source }),
        line(`${endpointText(v.address ?? s.spec.dst, v.port)} ${v.scheduler}`, {
          state: 'notReached',
          source: v.source,
        }),
      ],
    },
  ];
  const edges: DiagramEdge[] = [
    { from: routeId, to: 'ipvs-not-reached', taken: false, label: 'if the destination were still local', owner: null },
  ];
  if (first) {
    const names = service.endpoints.map((e) => e.pod?.split('/').at(-1) ?? e.address);
    stages.push({
      id: 'expected',
      kind: 'endpoint',
      lane: 'side',
      insideNode: false,
      title: names.length > 2 ? `${names[0]} + ${names.length - 1} more` : names.join(' or '),
      subtitle: `the service ${service.name}`,
      owner: null,
      state: 'notReached',
      lines: service.endpoints.slice(0, 2).map((e) => line(e.address, { state: 'notReached' })),
    });
    edges.push({
      from: 'ipvs-not-reached',
      to: 'expected',
      taken: false,
      label: 'IPVS masq → OUTPUT → POSTROUTING',
      owner: null,
    });
  }
  return { stages, edges };
}

export function diagramOf(s: Subject): Diagram {
  const deciding = s.decision.dnat?.rewrite.owner ?? s.decision.last?.owner ?? null;
  const stages: DiagramStage[] = [senderStage(s)];
  let routeId: string | null = null;
  groups(s.trace.steps).forEach((g, i) => {
    const id = `${g.kind}-${i}`;
    const first = g.steps[0];
    if (!first) return;
    if (g.kind === 'interface') {
      const enter = first.kind === 'enter';
      const device = enter
        ? (/arrives on (\S+?),? /.exec(`${first.summary} `)?.[1] ?? null)
        : (/by (\S+)/.exec(first.summary)?.[1] ?? null);
      if (device === null) return;
      stages.push({
        id,
        kind: 'interface',
        lane: 'main',
        insideNode: true,
        title: device,
        subtitle: portOf(s, device),
        owner: null,
        state: 'taken',
        lines: [],
      });
    } else if (g.kind === 'route') {
      const last = g.steps.at(-1) ?? first;
      const device = / dev ([^\s:]+)/.exec(last.summary)?.[1];
      routeId ??= id;
      stages.push({
        id,
        kind: 'route',
        lane: 'main',
        insideNode: true,
        title: 'route',
        subtitle: device ? `dev ${device}` : null,
        owner: null,
        state: 'taken',
        lines: [line(last.summary, { source: last.source })],
      });
    } else {
      const lines = hookLines(g.steps);
      const decides = g.steps.some((x) => x.rewrite !== null || (x === s.decision.last && x.mattered));
      stages.push({
        id,
        kind: 'hook',
        lane: 'main',
        insideNode: true,
        title: g.hook ?? '',
        subtitle: null,
        owner: decides ? (g.steps.find((x) => x.rewrite)?.owner ?? null) : null,
        state: decides ? 'decided' : 'taken',
        lines,
      });
    }
  });
  stages.push(receiverStage(s, deciding));
  const edges: DiagramEdge[] = [];
  for (let i = 1; i < stages.length; i++) {
    const from = stages[i - 1];
    const to = stages[i];
    if (from && to) edges.push({ from: from.id, to: to.id, taken: true, label: null, owner: deciding });
  }
  const side = sideStages(s, routeId);
  return {
    node:
      s.machine.state.nodes?.find((n) => n.name === s.machine.state.kernel?.hostname)?.name ??
      s.machine.state.kernel?.hostname ??
      'node',
    stages: [...stages, ...side.stages],
    edges: [...edges, ...side.edges],
  };
}

function portOf(s: Subject, device: string): string | null {
  const master = s.machine.links.get(device)?.master;
  return master ? `port of ${master}` : null;
}

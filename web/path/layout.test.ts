import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagram, DiagramStage } from '../../api/explanation.ts';
import { type Box, type Layout, layoutDiagram } from './layout.ts';
import { fitText } from './measure.ts';

function stage(id: string, patch: Partial<DiagramStage> = {}): DiagramStage {
  return {
    id,
    kind: 'hook',
    lane: 'main',
    insideNode: true,
    title: id,
    subtitle: null,
    owner: null,
    state: 'taken',
    lines: [],
    ...patch,
  };
}

const rewriteLine: DiagramStage['lines'][number] = {
  text: 'nat · CNI-HOSTPORT-DNAT',
  priority: -100,
  owner: 'cni',
  state: 'rewrite',
  rewrite: { what: 'dst', before: '10.96.0.80:80', after: '10.244.1.5:8088' },
  source: null,
};

const clash: Diagram = {
  node: 'node-1',
  stages: [
    stage('client', { insideNode: false, kind: 'endpoint' }),
    stage('veth', { kind: 'interface' }),
    stage('PREROUTING', { lines: [rewriteLine] }),
    stage('route', { kind: 'route' }),
    stage('FORWARD'),
    stage('hostport-web', { insideNode: false, kind: 'endpoint' }),
    stage('LOCAL_IN', { lane: 'side', state: 'notReached' }),
    stage('web-1', { lane: 'side', insideNode: false, kind: 'endpoint', state: 'notReached' }),
  ],
  edges: [
    { from: 'client', to: 'veth', taken: true, label: '0 µs', owner: 'cni' },
    { from: 'veth', to: 'PREROUTING', taken: true, label: null, owner: 'cni' },
    { from: 'PREROUTING', to: 'route', taken: true, label: null, owner: 'cni' },
    { from: 'route', to: 'FORWARD', taken: true, label: null, owner: 'cni' },
    { from: 'FORWARD', to: 'hostport-web', taken: true, label: '+58', owner: 'cni' },
    { from: 'route', to: 'LOCAL_IN', taken: false, label: 'if dst were still local', owner: null },
    { from: 'LOCAL_IN', to: 'web-1', taken: false, label: null, owner: null },
  ],
};

function box(layout: Layout, id: string): Box {
  const found = layout.boxes.find((entry) => entry.stage.id === id);
  if (found === undefined) throw new Error(`no box ${id}`);
  return found;
}

const overlaps = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe('path layout', () => {
  const layout = layoutDiagram(clash, 1400);
  const middle = (id: string) => box(layout, id).y + box(layout, id).height / 2;

  it('draws the way taken on one line, left to right', () => {
    const way = ['client', 'veth', 'PREROUTING', 'route', 'FORWARD', 'hostport-web'];
    way.forEach((id, i) => {
      expect(middle(id)).toBeCloseTo(middle('client'));
      const before = way[i - 1];
      if (before !== undefined)
        expect(box(layout, id).x).toBeGreaterThan(box(layout, before).x + box(layout, before).width);
    });
  });

  it('frames what is inside the node, and only that', () => {
    const { frame } = layout;
    if (frame === null) throw new Error('no frame');
    for (const {
      stage: { insideNode },
      x,
      width,
      y,
      height,
    } of layout.boxes) {
      const within =
        x >= frame.x && x + width <= frame.x + frame.width && y >= frame.y && y + height <= frame.y + frame.height;
      expect(within).toBe(insideNode);
    }
  });

  it('puts the way not taken below, right of where it branches, and its pod under the other pod', () => {
    expect(middle('LOCAL_IN')).toBeGreaterThan(box(layout, 'route').y + box(layout, 'route').height);
    expect(box(layout, 'LOCAL_IN').x).toBeGreaterThan(box(layout, 'route').x);
    expect(box(layout, 'web-1').x).toBe(box(layout, 'hostport-web').x);
    const label = layout.edges.find(({ id }) => id === 'route>LOCAL_IN')?.label;
    expect(label?.anchor).toBe('end');
  });

  it('fits 1400 px and does not stretch without end', () => {
    expect(layout.width).toBeLessThanOrEqual(1400);
    expect(layoutDiagram(clash, 5000).width).toBeLessThan(1600);
  });

  it('draws a node that the packet never leaves, and nothing at all', () => {
    const local = layoutDiagram({ node: 'n', stages: [stage('PREROUTING'), stage('INPUT')], edges: [] }, 800);
    expect(local.frame?.x).toBeGreaterThanOrEqual(0);
    expect(layoutDiagram({ node: 'n', stages: [], edges: [] }, 800)).toMatchObject({
      frame: null,
      boxes: [],
      edges: [],
    });
  });

  it('never lays one box on another', () => {
    const anyStage = fc.record({
      lane: fc.constantFrom<'main' | 'side'>('main', 'side'),
      insideNode: fc.boolean(),
      kind: fc.constantFrom<DiagramStage['kind']>('endpoint', 'interface', 'hook', 'route', 'ipvs'),
      lines: fc.array(fc.constant(rewriteLine), { maxLength: 3 }),
      subtitle: fc.option(fc.string({ maxLength: 80 })),
      from: fc.nat({ max: 12 }),
    });
    fc.assert(
      fc.property(fc.array(anyStage, { maxLength: 12 }), fc.integer({ min: 200, max: 3000 }), (parts, width) => {
        const stages = parts.map(({ from: _, ...part }, i) => stage(`s${i}`, part));
        const edges = parts.map(({ from }, i) => ({
          from: `s${from % Math.max(1, i)}`,
          to: `s${i}`,
          taken: false,
          label: 'x',
          owner: null,
        }));
        const { boxes } = layoutDiagram({ node: 'n', stages, edges }, width);
        expect(boxes).toHaveLength(stages.length);
        boxes.forEach((a, i) => {
          for (const b of boxes.slice(i + 1)) expect(overlaps(a, b), `${a.stage.id} on ${b.stage.id}`).toBe(false);
        });
      }),
    );
  });

  it('cuts what is too long with an ellipsis', () => {
    expect(fitText('10.244.1.5:8088', 200, 'mono')).toBe('10.244.1.5:8088');
    expect(fitText('10.244.1.5:8088', 60, 'mono')).toBe('10.244.…');
  });
});

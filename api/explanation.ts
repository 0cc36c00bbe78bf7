// The NAT path explanation as it crosses a process boundary: steps, outcomes, what if, findings.
import { z } from 'zod';
import { finding, fragment, owner, sentence, sourceRef } from './pieces.ts';
export const packetState = z.object({
  in: z.string().nullable(),
  out: z.string().nullable(),
  src: z.string(),
  dst: z.string(),
  sport: z.number().int().nullable(),
  dport: z.number().int().nullable(),
  mark: z.number().int(),
  ttl: z.number().int(),
});

export const step = z.object({
  kind: z.enum([
    'rule',
    'policy',
    'return',
    'rewrite',
    'ipvs',
    'route',
    'conntrack',
    'bridge',
    'enter',
    'exit',
    'socket',
  ]),
  hook: z.string().nullable(),
  family: z.string().nullable(),
  table: z.string().nullable(),
  chain: z.string().nullable(),
  /** The rule as in the dump, `-A CHAIN …`. */
  rule: z.string().nullable(),
  verdict: z.string().nullable(),
  source: sourceRef.nullable(),
  packet: packetState,
  // beyond the documented minimum:
  priority: z.number().int().nullable(),
  owner: owner.nullable(),
  /** What happened, one line: `dst 10.96.0.80:80 → 10.244.1.5:8088`. */
  summary: z.string(),
  /** Why each clause was true, with the lines it was read from. */
  why: z.array(fragment).readonly(),
  /** False for steps that the viewer folds away. */
  mattered: z.boolean(),
});
export type Step = z.infer<typeof step>;

export const disposition = z.object({
  kind: z.enum(['delivered', 'dropped', 'rejected', 'noRoute', 'leavesNode', 'loop', 'insufficientInfo']),
  reason: z.string(),
  source: sourceRef.nullable(),
});

/** One box of the drawing. `lane` main is the way taken; side is where the packet would have gone. */
export const diagramStage = z.object({
  id: z.string(),
  kind: z.enum(['endpoint', 'interface', 'hook', 'route', 'ipvs']),
  lane: z.enum(['main', 'side']),
  /** Inside the node's frame, or outside (pods, clients, the next hop). */
  insideNode: z.boolean(),
  title: z.string(),
  subtitle: z.string().nullable(),
  owner: owner.nullable(),
  state: z.enum(['taken', 'decided', 'notReached']),
  lines: z
    .array(
      z.object({
        text: z.string(),
        priority: z.number().int().nullable(),
        owner: owner.nullable(),
        state: z.enum(['passed', 'decided', 'rewrite', 'notReached']),
        /** Rewrites: `10.96.0.80:80` and `10.244.1.5:8088`, with which address it is. */
        rewrite: z.object({ what: z.enum(['dst', 'src']), before: z.string(), after: z.string() }).nullable(),
        source: sourceRef.nullable(),
      }),
    )
    .readonly(),
});
export const diagramEdge = z.object({
  from: z.string(),
  to: z.string(),
  taken: z.boolean(),
  label: z.string().nullable(),
  owner: owner.nullable(),
});
export const diagram = z.object({
  node: z.string(),
  stages: z.array(diagramStage).readonly(),
  edges: z.array(diagramEdge).readonly(),
});
export type Diagram = z.infer<typeof diagram>;
export type DiagramStage = z.infer<typeof diagramStage>;

/** The way back of the answer, through the same node and connection. */
export const reply = z.object({
  verdict: z.enum(['returns', 'breaks', 'elsewhere', 'unknown']),
  reason: z.string(),
  disposition,
  source: z.string(),
  destination: z.string(),
  steps: z.array(step).readonly(),
});
export type Reply = z.infer<typeof reply>;

const receiver = z.object({
  address: z.string(),
  port: z.number().int().nullable(),
  interface: z.string().nullable(),
  pod: z.string().nullable(),
  process: z.string().nullable(),
});

const assumption = z.object({ source: sourceRef.nullable(), assumed: z.string(), why: z.string() });

/** One way over the nodes after the first. */
const onwardWay = z.object({
  legs: z
    .array(
      z.object({
        node: z.string(),
        /** How the packet came there. */
        how: z.string(),
        packet: z.string(),
        headline: sentence,
        sentences: z.array(sentence).readonly(),
        disposition,
        to: receiver,
        steps: z.array(step).readonly(),
        /** Which of how many outcomes on that node this is, counted from 1; those that end alike are one. */
        outcome: z.number().int(),
        outcomes: z.number().int(),
        /** How likely it is on that node. */
        probability: z.number().nullable(),
        assumptions: z.array(assumption).readonly(),
      }),
    )
    .readonly(),
  /** Why it is not followed further although it goes on. */
  stopped: z.string().nullable(),
  /** How its answer fares; null where there is none or it was not followed. */
  answer: reply.pick({ verdict: true, reason: true }).nullable(),
});
export type OnwardWay = z.infer<typeof onwardWay>;

/** The path after the first node, where snapshots of other nodes were given (dumps in nodes/NAME/, explain --node): the most likely way. */
export const onward = onwardWay.extend({
  /** The ways of other outcomes on those nodes, each whole. */
  others: z.array(onwardWay).readonly(),
  /** Outcomes that were not followed because there are too many. */
  leftOut: z.number().int(),
});

export const outcome = z.object({
  probability: z.number().nullable(),
  assumptions: z.array(assumption).readonly(),
  disposition,
  to: receiver,
  finalDestination: z.string(),
  source: z.string(),
  ipvs: z.object({ virtualService: z.string(), realServer: z.string() }).nullable(),
  steps: z.array(step).readonly(),
  // beyond the documented minimum: this outcome told and drawn on its own
  headline: sentence,
  sentences: z.array(sentence).readonly(),
  diagram,
  reply: reply.nullable(),
  onward: onward.nullable(),
});
export type Outcome = z.infer<typeof outcome>;

export const whatIf = z.object({
  id: z.string(),
  label: z.string(),
  detail: z.string(),
  before: z.string(),
  after: z.string(),
  changed: z.boolean(),
  /** Does the change lead to the receiver that the destination names (good), away from it (bad), or neither? */
  tone: z.enum(['good', 'bad', 'neutral']),
});
export type WhatIf = z.infer<typeof whatIf>;

/** One of the snapshots of a capture, and what the later ones would say. */
export const snapshotUsed = z.object({
  /** `dumps/change-01-20261124T060000.000Z` */
  group: z.string(),
  /** When it began; null where its name does not say. */
  takenAt: z.string().nullable(),
  /** Which it is, why, and what the later ones answer, in words. */
  text: z.string(),
  /** The first later one that answers differently. */
  later: z.object({ group: z.string(), takenAt: z.string().nullable(), answer: z.string() }).nullable(),
});
export type SnapshotUsed = z.infer<typeof snapshotUsed>;

/** What the packets of a captured flow show, beside what the rules say. */
export const captured = z.object({
  /** Where it was seen and what became of its addresses, in words. */
  text: z.string(),
  /** Do the packets end up where an outcome says? Null where no point shows it. */
  agrees: z.boolean().nullable(),
  /** Number of the outcome that the packets show, where there are several. */
  outcome: z.number().int().nullable(),
});
export type Captured = z.infer<typeof captured>;

export const explanation = z.object({
  packet: z.object({
    spec: z.string(),
    protocol: z.string(),
    src: z.string(),
    dst: z.string(),
    sport: z.number().int().nullable(),
    dport: z.number().int().nullable(),
    arrives: z.string(),
  }),
  headline: sentence,
  sentences: z.array(sentence).readonly(),
  badges: z.array(z.object({ text: z.string(), tone: z.enum(['good', 'neutral', 'warn', 'bad']) })).readonly(),
  outcomes: z.array(outcome).readonly(),
  diagram,
  whyNot: z.object({ candidate: z.string(), sentences: z.array(sentence).readonly() }).nullable(),
  whatIf: z.array(whatIf).readonly(),
  findings: z.array(finding).readonly(),
  /** What is missing or was not understood, with the dump that would settle it. */
  issues: z.array(z.string()).readonly(),
  /** Of a captured flow: what its packets show at the capture's points. */
  captured: captured.optional(),
  /** Where there are snapshots of several times: whose rules were followed. */
  snapshot: snapshotUsed.optional(),
});
export type Explanation = z.infer<typeof explanation>;

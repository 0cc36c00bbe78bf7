// Pieces that many shapes are made of: places in dumps, runs of text.
import { z } from 'zod';
export const sourceRef = z.object({ file: z.string(), line: z.number().int(), text: z.string() });
export type SourceRefDto = z.infer<typeof sourceRef>;

/** Who wrote a rule or decided a step. Colours in the viewer have one meaning each and follow this. */
export const owner = z.enum([
  'kube-proxy',
  'cni',
  'ipvs',
  'conntrack',
  'docker',
  'calico',
  'cilium',
  'istio',
  'kubelet',
  'kernel',
  'other',
]);
export type Owner = z.infer<typeof owner>;

/** A run of text. With `source` it links to a dump line, with `packet` to a packet number of the case. */
export const fragment = z.object({
  text: z.string(),
  kind: z.enum(['text', 'code', 'strong']),
  source: sourceRef.optional(),
  packet: z.number().int().optional(),
  owner: owner.optional(),
});
export type Fragment = z.infer<typeof fragment>;

/** A sentence of the explanation: `text` is the fragments joined; every claim carries its sources. */
export const sentence = z.object({
  text: z.string(),
  fragments: z.array(fragment).readonly(),
  sources: z.array(sourceRef).readonly(),
});
export type Sentence = z.infer<typeof sentence>;

export const finding = z.object({
  id: z.string(),
  title: z.string(),
  confidence: z.enum(['proved', 'likely', 'possible']),
  severity: z.enum(['error', 'warning', 'note']),
  summary: z.string(),
  evidence: z.array(sourceRef).readonly(),
  remedy: z.string(),
  /** A packet spec that shows the finding; the viewer opens its path. */
  packet: z.string().optional(),
});
export type Finding = z.infer<typeof finding>;

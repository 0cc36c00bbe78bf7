// A node of the packet tree. The same shape crosses the API (api/schemas.ts); it is repeated here because parsers import nothing.

export interface FieldNode {
  /** Display-filter name, `tcp.dstport`; null for generated text. */
  filter: string | null;
  label: string;
  /** The value alone, as the display filter would take it. */
  value: string | null;
  /** Which bytes: 0 for the frame, otherwise one of the buffers put together for it (`Dissection.sources`). */
  source: number;
  /** Byte range in the source. */
  offset: number;
  length: number;
  /** Computed by us, not in the bytes: shown in [brackets]. */
  generated: boolean;
  severity: 'chat' | 'note' | 'warn' | 'error' | null;
  children: FieldNode[];
}

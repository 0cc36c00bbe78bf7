// A node's state from its dumps: recognise each file by content, read it, keep what could not be read as warnings.
import type { DumpWarning } from '../core/issue.ts';
import { formatOf } from './detect.ts';
import { DumpFile } from './dump-format.ts';
import { emptyState, type NodeState, type StateFile } from './state.ts';

/** Reads dumps in any order; names are free. Files of no known format are listed with `format: null`. */
export function readSnapshot(files: readonly { readonly path: string; readonly text: string }[]): NodeState {
  const state = emptyState();
  // The order of files must not matter: read them by name, IPv4 before IPv6.
  for (const { path, text } of [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))) {
    const file = new DumpFile(path, text);
    const format = formatOf(file);
    const warnings: DumpWarning[] = [];
    const entry: StateFile = { path, format: format?.name ?? null, warnings };
    state.files.push(entry);
    if (format) {
      format.read(file, state, (kind, source, message) => warnings.push({ kind, source, message }));
      if (text.trim() === '') markEmpty(format.name, state);
    }
  }
  return state;
}

/** An empty dump says "there are none", where a missing dump says nothing. */
function markEmpty(format: string, state: NodeState): void {
  if (format === 'ipset-save') state.ipsets ??= new Map();
  else if (format === 'ipvsadm-save' || format === 'ipvsadm-list') state.ipvsServices ??= [];
  else if (format === 'ipvsadm-connections') state.ipvsConnections ??= [];
  else if (format === 'conntrack') state.conntrack ??= [];
  else if (format === 'nft-ruleset') state.nft ??= { tables: [], baseChains: [] };
  else if (format === 'modules') state.modules ??= new Set();
}

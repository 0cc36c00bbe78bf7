// -m bpf: a program of classic BPF over the packet.
import { openMatch } from '../kernel/open-match.ts';

export const match = openMatch(
  'bpf',
  'whether the BPF program of the rule takes the packet',
  'a run of the program on a capture of the packet',
);

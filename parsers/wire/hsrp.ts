// HSRP (RFC 2281), version 1: which router of a group holds the address.
import { oneLine } from './one-line.ts';

const OPCODES = ['Hello', 'Coup', 'Resign', 'Advertise'];
const STATES: ReadonlyMap<number, string> = new Map([
  [0, 'Initial'],
  [1, 'Learn'],
  [2, 'Listen'],
  [4, 'Speak'],
  [8, 'Standby'],
  [16, 'Active'],
]);

export const protocol = oneLine({
  filter: 'hsrp',
  name: 'Cisco Hot Standby Router Protocol',
  column: 'HSRP',
  attach: { udpPorts: [1985] },
  header: 20,
  fields: [
    ['hsrp.version', 'uint'],
    ['hsrp.opcode', 'uint'],
    ['hsrp.state', 'uint'],
    ['hsrp.priority', 'uint'],
    ['hsrp.group', 'uint'],
    ['hsrp.virt_ip', 'ipv4'],
  ],
  read(d, layer, at) {
    const { view } = d;
    const opcode = view.getUint8(at + 1);
    const state = view.getUint8(at + 2);
    const name = OPCODES[opcode] ?? 'Unknown';
    d.field(layer, 'hsrp.version', 'Version', view.getUint8(at), at, 1);
    d.field(layer, 'hsrp.opcode', 'Op Code', opcode, at + 1, 1);
    d.field(layer, 'hsrp.state', 'State', state, at + 2, 1);
    d.field(layer, 'hsrp.priority', 'Priority', view.getUint8(at + 5), at + 5, 1);
    d.field(layer, 'hsrp.group', 'Group', view.getUint8(at + 6), at + 6, 1);
    d.field(layer, 'hsrp.virt_ip', 'Virtual IP Address', d.ipv4(at + 16), at + 16, 4);
    return opcode < 3 ? `${name} (state ${STATES.get(state) ?? 'Unknown'})` : name;
  },
});

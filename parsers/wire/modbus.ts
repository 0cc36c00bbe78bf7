// Modbus over TCP: transaction, unit and function of queries and answers.
// Surprise: of several messages in one segment the list shows the last.
import { isToPort, oneLine } from './one-line.ts';
import { NOT_MINE, ONE_MORE, sizedBy } from './stream-reading.ts';

const PORTS = [502];
const HEADER = 8;
const EXCEPTION = 0x80;
const READ_DEVICE = 43;
const FUNCTIONS: ReadonlyMap<number, string> = new Map([
  [1, 'Read Coils'],
  [2, 'Read Discrete Inputs'],
  [3, 'Read Holding Registers'],
  [4, 'Read Input Registers'],
  [5, 'Write Single Coil'],
  [6, 'Write Single Register'],
  [7, 'Read Exception Status'],
  [8, 'Diagnostics'],
  [11, 'Get Comm. Event Counters'],
  [12, 'Get Comm. Event Log'],
  [15, 'Write Multiple Coils'],
  [16, 'Write Multiple Registers'],
  [17, 'Report Slave ID'],
  [20, 'Read File Record'],
  [21, 'Write File Record'],
  [22, 'Mask Write Register'],
  [23, 'Read Write Register'],
  [24, 'Read FIFO Queue'],
  [READ_DEVICE, 'Encapsulated Interface Transport'],
  [90, 'Unity (Schneider)'],
]);
const OBJECTS = new Map([[1, 'Read Device Identification']]);
const wide = (value: number): string => String(value).padStart(3);

export const protocol = oneLine({
  filter: 'mbtcp',
  name: 'Modbus/TCP',
  column: 'Modbus/TCP',
  attach: { tcpPorts: PORTS },
  header: HEADER,
  accepts: (view, at, end) => at + 4 > end || view.getUint16(at + 2) === 0,
  fields: [
    ['mbtcp.trans_id', 'uint'],
    ['mbtcp.prot_id', 'uint'],
    ['mbtcp.len', 'uint'],
    ['mbtcp.unit_id', 'uint'],
    ['modbus', 'none'],
    ['modbus.func_code', 'uint'],
    ['modbus.exception_code', 'uint'],
  ],
  stream: sizedBy((bytes, at, end) => {
    if (end - at < 6) return ONE_MORE;
    if (((bytes[at + 2] ?? 0) | (bytes[at + 3] ?? 0)) !== 0) return NOT_MINE;
    return 6 + ((bytes[at + 4] ?? 0) << 8) + (bytes[at + 5] ?? 0);
  }),
  read(d, layer, at) {
    const { view } = d;
    const transaction = view.getUint16(at);
    const size = view.getUint16(at + 4);
    const unit = view.getUint8(at + 6);
    const raw = view.getUint8(at + 7);
    const code = raw & ~EXCEPTION;
    const isQuery = isToPort(d, PORTS);
    d.field(layer, 'mbtcp.trans_id', 'Transaction Identifier', transaction, at, 2);
    d.field(layer, 'mbtcp.prot_id', 'Protocol Identifier', view.getUint16(at + 2), at + 2, 2);
    d.field(layer, 'mbtcp.len', 'Length', size, at + 4, 2);
    d.field(layer, 'mbtcp.unit_id', 'Unit Identifier', unit, at + 6, 1);
    d.at = Math.min(d.end, at + 6 + size);
    const modbus = d.layer('modbus', 'Modbus', at + 7, d.at - at - 7);
    const object = code === READ_DEVICE && at + 10 <= d.at ? view.getUint8(at + 9) : -1;
    const name = OBJECTS.get(object) ?? FUNCTIONS.get(code) ?? 'Unknown function';
    d.node(modbus, 'modbus.func_code', `Function Code: ${name} (${code})`, String(code), at + 7, 1);
    const isException = raw >= EXCEPTION;
    if (isException && at + 9 <= d.at)
      d.field(modbus, 'modbus.exception_code', 'Exception Code', view.getUint8(at + 8), at + 8, 1);
    const shown = object < 0 ? wide(code) : `${wide(code)}/${wide(object)}`;
    const kind = isQuery ? '   Query' : 'Response';
    const tail = isException ? '. Exception returned ' : '';
    return `${kind}: Trans: ${String(transaction).padStart(5)}; Unit: ${wide(unit)}, Func: ${shown}: ${name}${tail}`;
  },
});

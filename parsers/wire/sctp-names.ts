// Names of SCTP chunks and of what DATA chunks carry (IANA, as Wireshark words them).

const CHUNKS: ReadonlyMap<number, string> = new Map([
  [0, 'DATA'],
  [1, 'INIT'],
  [2, 'INIT_ACK'],
  [3, 'SACK'],
  [4, 'HEARTBEAT'],
  [5, 'HEARTBEAT_ACK'],
  [6, 'ABORT'],
  [7, 'SHUTDOWN'],
  [8, 'SHUTDOWN_ACK'],
  [9, 'ERROR'],
  [10, 'COOKIE_ECHO'],
  [11, 'COOKIE_ACK'],
  [12, 'ECNE'],
  [13, 'CWR'],
  [14, 'SHUTDOWN_COMPLETE'],
  [15, 'AUTH'],
  [16, 'NR_SACK'],
  [64, 'I_DATA'],
  [128, 'ASCONF_ACK'],
  [129, 'PKTDROP'],
  [130, 'RE_CONFIG'],
  [132, 'PAD'],
  [192, 'FORWARD_TSN'],
  [193, 'ASCONF'],
  [194, 'I_FORWARD_TSN'],
  [255, 'IETF_EXTENSION'],
]);

const PPIDS: ReadonlyMap<number, string> = new Map([
  [0, 'not specified'],
  [1, 'IUA'],
  [2, 'M2UA'],
  [3, 'M3UA'],
  [4, 'SUA'],
  [5, 'M2PA'],
  [18, 'S1 Application Protocol (S1AP)'],
  [27, 'X2AP'],
  [46, 'Diameter'],
  [50, 'WebRTC Control'],
  [51, 'WebRTC String'],
  [53, 'WebRTC Binary'],
  [60, 'NGAP'],
]);

export function chunkName(type: number): string {
  return CHUNKS.get(type) ?? 'RESERVED';
}

export function ppidName(ppid: number): string {
  return PPIDS.get(ppid) ?? 'Unknown';
}

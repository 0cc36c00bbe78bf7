// The connections that `conntrack -L` and `conntrack -E` print, as the receiver sees them: by the source port of the first packet.

export interface Made {
  readonly source: string;
  readonly destination: string;
}

const ENTRY =
  /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) (?:packets=\d+ bytes=\d+ )?(?:\[UNREPLIED\] )?src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/;

const endpoint = (ip: string | undefined, port: string | undefined): string =>
  ip?.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;

export function connectionsIn(text: string): Map<number, Made> {
  const out = new Map<number, Made>();
  for (const line of text.split('\n')) {
    const m = ENTRY.exec(line);
    if (m) out.set(Number(m[3]), { source: endpoint(m[6], m[8]), destination: endpoint(m[5], m[7]) });
  }
  return out;
}

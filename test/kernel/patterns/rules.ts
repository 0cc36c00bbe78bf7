// Rules in the words of kube-proxy 1.20 (iptables mode) and of portmap, for iptables-restore; and the API objects that go with them.
import { IP } from './world.fixture.ts';

export interface FakeService {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  readonly proto?: 'tcp' | 'udp';
  readonly nodePort?: number;
  /** `ip:port`; none: rejected. */
  readonly endpoints: readonly string[];
  /** No SNAT of packets to itself, as where KUBE-MARK-MASQ is missing for it. */
  readonly noHairpin?: boolean;
  /** externalTrafficPolicy Local without an endpoint here. */
  readonly noLocal?: boolean;
  readonly loadBalancerIp?: string;
}

export interface KubeOptions {
  /** Before 1.19 the mark stayed on the packet. */
  readonly keepMark?: boolean;
  /** Before 1.15 INVALID was not dropped. */
  readonly noInvalid?: boolean;
  readonly forwardPolicy?: 'ACCEPT' | 'DROP';
}

const id = (kind: string, name: string) => `KUBE-${kind}-${name.toUpperCase().padEnd(8, 'X')}`;

export function kubeProxy(services: readonly FakeService[], o: KubeOptions = {}): string {
  const chains = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ'];
  const nat: string[] = [];
  const filter: string[] = [];
  for (const s of services) {
    const proto = s.proto ?? 'tcp';
    const what = `-m comment --comment "default/${s.name}:main`;
    const to = `-d ${s.ip}/32 -p ${proto}`;
    if (s.noLocal && s.nodePort !== undefined)
      filter.push(
        `-A KUBE-EXTERNAL-SERVICES -p ${proto} ${what} has no local endpoints" -m addrtype --dst-type LOCAL -m ${proto} --dport ${s.nodePort} -j DROP`,
      );
    if (s.endpoints.length === 0) {
      filter.push(
        `-A KUBE-SERVICES ${to} ${what} has no endpoints" -m ${proto} --dport ${s.port} -j REJECT --reject-with icmp-port-unreachable`,
      );
      continue;
    }
    const svc = id('SVC', s.name);
    chains.push(svc);
    nat.push(
      `-A KUBE-SERVICES ! -s 10.244.0.0/16 ${to} ${what} cluster IP" -m ${proto} --dport ${s.port} -j KUBE-MARK-MASQ`,
    );
    nat.push(`-A KUBE-SERVICES ${to} ${what} cluster IP" -m ${proto} --dport ${s.port} -j ${svc}`);
    if (s.nodePort !== undefined && !s.noLocal) {
      nat.push(`-A KUBE-NODEPORTS -p ${proto} ${what}" -m ${proto} --dport ${s.nodePort} -j KUBE-MARK-MASQ`);
      nat.push(`-A KUBE-NODEPORTS -p ${proto} ${what}" -m ${proto} --dport ${s.nodePort} -j ${svc}`);
    }
    s.endpoints.forEach((e, i) => {
      const sep = id('SEP', `${s.name}${i}`);
      chains.push(sep);
      const left = s.endpoints.length - i;
      const random = left === 1 ? '' : ` -m statistic --mode random --probability ${(1 / left).toFixed(11)}`;
      nat.push(`-A ${svc} ${what}"${random} -j ${sep}`);
      if (!s.noHairpin) nat.push(`-A ${sep} -s ${e.split(':')[0]}/32 ${what}" -j KUBE-MARK-MASQ`);
      nat.push(`-A ${sep} -p ${proto} ${what}" -m ${proto} -j DNAT --to-destination ${e}`);
    });
  }
  nat.push(
    '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
  );
  const masquerade = '-m comment --comment "kubernetes service traffic requiring SNAT"';
  const post = o.keepMark
    ? [`-A KUBE-POSTROUTING ${masquerade} -m mark --mark 0x4000/0x4000 -j MASQUERADE --random-fully`]
    : [
        '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
        '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
        `-A KUBE-POSTROUTING ${masquerade} -j MASQUERADE`,
      ];
  return [
    '*nat',
    ...chains.map((c) => `:${c} - [0:0]`),
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    ...post,
    ...nat,
    'COMMIT',
    '*filter',
    ':INPUT ACCEPT [0:0]',
    `:FORWARD ${o.forwardPolicy ?? 'ACCEPT'} [0:0]`,
    ':KUBE-SERVICES - [0:0]',
    ':KUBE-EXTERNAL-SERVICES - [0:0]',
    ':KUBE-FORWARD - [0:0]',
    '-A INPUT -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES',
    '-A FORWARD -j KUBE-FORWARD',
    '-A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES',
    '-A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES',
    ...(o.noInvalid ? [] : ['-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP']),
    '-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
    '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    ...filter,
    'COMMIT',
    '',
  ].join('\n');
}

export interface Mapping {
  readonly hostPort: number;
  readonly proto?: 'tcp' | 'udp';
  /** `ip:port` of the pod. */
  readonly to: string;
  /** `-d` of the rule; none: every local address. */
  readonly hostIp?: string;
}

/** portmap's rules of one container; `first`: its jumps stand before all others, as before 0.7.5. */
export function portmap(container: string, mappings: readonly Mapping[], first = false): string {
  const chain = `CNI-DN-${container.slice(0, 21)}`;
  const ports = mappings.map((m) => m.hostPort).join(',');
  const add = first ? '-I' : '-A';
  return [
    '*nat',
    ':CNI-HOSTPORT-DNAT - [0:0]',
    ':CNI-HOSTPORT-SETMARK - [0:0]',
    ':CNI-HOSTPORT-MASQ - [0:0]',
    `:${chain} - [0:0]`,
    `${add} PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT`,
    `${add} OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT`,
    '-I POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ',
    '-A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000',
    '-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE',
    `-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"cbr0\\" id: \\"${container}\\"" -m multiport --dports ${ports} -j ${chain}`,
    ...mappings.flatMap((m) => {
      const match = `${m.hostIp === undefined ? '' : `-d ${m.hostIp}/32 `}-p ${m.proto ?? 'tcp'} -m ${m.proto ?? 'tcp'} --dport ${m.hostPort}`;
      return [
        `-A ${chain} -s 10.244.1.0/24 ${match} -j CNI-HOSTPORT-SETMARK`,
        `-A ${chain} -s 127.0.0.1/32 ${match} -j CNI-HOSTPORT-SETMARK`,
        `-A ${chain} ${match} -j DNAT --to-destination ${m.to}`,
      ];
    }),
    'COMMIT',
    '',
  ].join('\n');
}

export interface FakePod {
  readonly name: string;
  readonly ip: string;
  readonly hostPorts?: readonly {
    readonly hostPort: number;
    readonly containerPort: number;
    readonly hostIP?: string;
  }[];
}

/** What the API would say of the same things. `endpoints` may differ from the rules': that is one of the faults. */
export function kubernetes(
  services: readonly (FakeService & { readonly apiEndpoints?: readonly string[] })[],
  pods: readonly FakePod[],
): string {
  const meta = (name: string) => ({ name, namespace: 'default' });
  const items = [
    ...pods.map((p) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: meta(p.name),
      spec: {
        nodeName: 'node',
        containers: [{ ports: (p.hostPorts ?? []).map((h) => ({ protocol: 'TCP', ...h })) }],
      },
      status: { podIP: p.ip, phase: 'Running' },
    })),
    ...services.flatMap((s) => [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: meta(s.name),
        spec: {
          type: s.nodePort === undefined ? 'ClusterIP' : 'NodePort',
          clusterIP: s.ip,
          ports: [
            {
              name: 'main',
              protocol: (s.proto ?? 'tcp').toUpperCase(),
              port: s.port,
              ...(s.nodePort ? { nodePort: s.nodePort } : {}),
            },
          ],
        },
        status: { loadBalancer: s.loadBalancerIp ? { ingress: [{ ip: s.loadBalancerIp }] } : {} },
      },
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: meta(s.name),
        subsets: (s.apiEndpoints ?? s.endpoints).map((e) => {
          const [ip = '', port = '0'] = e.split(':');
          return {
            addresses: [{ ip }],
            ports: [{ name: 'main', port: Number(port), protocol: (s.proto ?? 'tcp').toUpperCase() }],
          };
        }),
      },
    ]),
  ];
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', metadata: {}, items }, null, 1)}\n`;
}

export const PODS: readonly FakePod[] = [
  { name: 'client', ip: IP.client },
  { name: 'web', ip: IP.web },
];
/** A service that works, answered by the web pod. */
export const WEB: FakeService = {
  name: 'web',
  ip: '10.96.0.80',
  port: 80,
  nodePort: 30080,
  endpoints: [`${IP.web}:8080`],
};

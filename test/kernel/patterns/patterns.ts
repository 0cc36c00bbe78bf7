// The failure patterns that can be built on a kernel without IPVS: how each is made, who asks what, and the finding that has to tell it.
import { kubeProxy, kubernetes, PODS, portmap, WEB } from './rules.ts';
import { IP, type PatternWorld, type Question } from './world.fixture.ts';

export interface Pattern {
  /** Number in the list of the netfilter reference, and a name. */
  readonly name: string;
  readonly build: (w: PatternWorld) => void;
  /** Objects of the API. */
  readonly api: string;
  readonly question: Question;
  /** What the client has to hear; the kernel is asked, and the simulator must say the same. */
  readonly heard: string;
  /** What the dumps leave open beside it. */
  readonly orElse?: string;
  readonly finding: string;
}

const load = (w: PatternWorld, rules: string, program = 'iptables-nft-restore') =>
  w.in('node', [program, '--noflush'], rules);
/** A sender far behind the second uplink; the way back is the default route, by the first. */
const FAR = '172.31.0.9';
function far(w: PatternWorld): void {
  w.in('outside', ['ip', 'addr', 'add', `${FAR}/32`, 'dev', 'lo']);
  w.in('outside', ['sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.eth0.rp_filter=0']);
}
const container = 'c0ffee0123456789abcdef0123456789';
const service = (w: PatternWorld) => load(w, kubeProxy([WEB]));
const api = kubernetes([WEB], PODS);
const viaService: Question = { from: 'client', host: WEB.ip, port: WEB.port };
const dns = { name: 'dns', ip: '10.96.0.10', port: 53, proto: 'udp', endpoints: [`${IP.web}:5353`] } as const;
const empty = { name: 'empty', ip: '10.96.0.86', port: 9005, endpoints: [] };
const local = { ...WEB, name: 'local', ip: '10.96.0.81', nodePort: 30081, noLocal: true };
const selfish = { ...WEB, noHairpin: true };
const stale = { ...WEB, endpoints: ['10.244.1.77:8080'], apiEndpoints: WEB.endpoints };
const balanced = { ...WEB, loadBalancerIp: '192.168.60.50' };
const mapped = (hostPort: number, hostIP?: string) => [
  PODS[0] ?? never(),
  { name: 'web', ip: IP.web, hostPorts: [{ hostPort, containerPort: 8080, ...(hostIP ? { hostIP } : {}) }] },
];
function never(): never {
  throw new Error('no pod');
}

export const patterns: readonly Pattern[] = [
  {
    name: '00-healthy',
    build: service,
    api,
    question: viaService,
    heard: 'web',
    finding: '',
  },
  {
    name: '02-hostport-is-nodeport',
    build(w) {
      service(w);
      load(w, portmap(container, [{ hostPort: 30080, to: `${IP.client}:9090` }], true));
    },
    api,
    question: { from: 'outside', host: IP.node, port: 30080 },
    heard: 'client',
    finding: 'hostport-shadows',
  },
  {
    name: '03-hostport-shadows-listener',
    build: (w) => load(w, portmap(container, [{ hostPort: 6443, to: `${IP.web}:8080` }])),
    api: kubernetes([], mapped(6443)),
    question: { from: 'outside', host: IP.node, port: 6443 },
    heard: 'web',
    finding: 'hostport-shadows',
  },
  {
    name: '04-host-ip-ignored',
    build: (w) => load(w, portmap(container, [{ hostPort: 8081, to: `${IP.web}:8080` }])),
    api: kubernetes([], mapped(8081, IP.node)),
    question: { from: 'outside', host: IP.node2, port: 8081 },
    heard: 'web',
    finding: 'host-ip-ignored',
  },
  {
    name: '05-stale-udp',
    build(w) {
      service(w); // without any rule that asks for connections the kernel keeps none
      w.ask({ from: 'client', proto: 'udp', host: dns.ip, port: 53, localPort: 5555 });
      load(w, kubeProxy([dns]));
    },
    api: kubernetes([dns], PODS),
    question: { from: 'client', proto: 'udp', host: dns.ip, port: 53, localPort: 5555 },
    heard: 'timeout',
    finding: 'stale-conntrack',
  },
  {
    name: '06-leaked-mapping',
    build(w) {
      load(w, portmap('dead0123456789abcdef0123456789ab', [{ hostPort: 8081, to: '10.244.1.77:8080' }]));
      load(
        w,
        portmap(container, [{ hostPort: 8081, to: `${IP.web}:8080` }])
          .split('\n')
          .filter((l) => !/^:CNI-HOSTPORT/.test(l)) // a chain that is named so is emptied
          .filter((l) => !/-[AI] (?:PREROUTING|OUTPUT|POSTROUTING|CNI-HOSTPORT-(?:SETMARK|MASQ)) /.test(l))
          .join('\n'),
      );
    },
    api: kubernetes([], mapped(8081)),
    question: { from: 'outside', host: IP.node, port: 8081 },
    heard: 'timeout',
    finding: 'leaked-mapping',
  },
  {
    name: '07-no-endpoints',
    build: (w) => load(w, kubeProxy([WEB, empty])),
    api: kubernetes([WEB, empty], PODS),
    question: { from: 'client', host: empty.ip, port: empty.port },
    heard: 'refused',
    finding: 'no-endpoints',
  },
  {
    name: '08-no-local-endpoints',
    build: (w) => load(w, kubeProxy([WEB, local])),
    api: kubernetes([WEB, local], PODS),
    question: { from: 'outside', host: IP.node, port: 30081 },
    heard: 'timeout',
    finding: 'no-local-endpoints',
  },
  {
    name: '09-hairpin-off',
    build(w) {
      service(w);
      w.in('node', 'bridge link set dev vweb hairpin off'.split(' '));
    },
    api,
    question: { from: 'web', host: WEB.ip, port: WEB.port },
    heard: 'timeout',
    finding: 'hairpin-off',
  },
  {
    name: '09-no-hairpin-masquerade',
    build: (w) => load(w, kubeProxy([selfish])),
    api: kubernetes([selfish], PODS),
    question: { from: 'web', host: WEB.ip, port: WEB.port },
    heard: 'timeout',
    finding: 'reply-breaks',
  },
  {
    name: '10-bridge-netfilter-off',
    build(w) {
      service(w);
      w.set('net.bridge.bridge-nf-call-iptables=0');
    },
    api,
    question: viaService,
    heard: 'timeout',
    finding: 'reply-breaks',
  },
  {
    name: '11-reverse-path',
    build(w) {
      service(w);
      far(w);
      w.set('net.ipv4.conf.eth1.rp_filter=1');
    },
    api,
    question: { from: 'outside', host: IP.node2, port: 30080, localAddress: FAR },
    heard: 'timeout',
    finding: 'reverse-path',
  },
  {
    name: '12-forward-policy',
    build: (w) => load(w, kubeProxy([WEB], { forwardPolicy: 'DROP' })),
    api,
    question: viaService,
    heard: 'timeout',
    finding: 'forward-policy',
  },
  {
    name: '16-invalid-not-dropped',
    build(w) {
      load(w, kubeProxy([WEB], { noInvalid: true }));
      w.set('net.netfilter.nf_conntrack_tcp_be_liberal=0');
    },
    api,
    question: viaService,
    heard: 'web',
    finding: 'invalid-not-dropped',
  },
  {
    name: '17-masquerade-mark-kept',
    build(w) {
      load(w, kubeProxy([WEB], { keepMark: true }));
      w.in('node', 'ip link add flannel.1 type vxlan id 1 dev eth0 dstport 8472'.split(' '));
    },
    api,
    question: viaService,
    heard: 'web',
    finding: 'masquerade-mark-kept',
  },
  {
    name: '18-tunnel-mtu',
    build(w) {
      service(w);
      w.in('node', 'ip link add flannel.1 type vxlan id 1 dev eth0 dstport 8472'.split(' '));
      w.in('node', 'ip link set eth0 mtu 1400'.split(' '));
    },
    api,
    question: viaService,
    heard: 'web',
    finding: 'tunnel-mtu',
  },
  {
    name: '19-stale-service-rules',
    build: (w) => load(w, kubeProxy([stale])),
    api: kubernetes([stale], PODS),
    question: viaService,
    heard: 'timeout',
    finding: 'stale-service-rules',
  },
  {
    name: '24-balancer-on-nic',
    build(w) {
      load(w, kubeProxy([balanced]));
      w.in('node', ['ip', 'addr', 'add', `${balanced.loadBalancerIp}/24`, 'dev', 'eth0']);
    },
    api: kubernetes([balanced], PODS),
    question: viaService,
    heard: 'web',
    finding: 'balancer-on-nic',
  },
  {
    name: '25-mapping-takes-transit',
    build(w) {
      w.in(
        'node',
        ['nft', '-f', '-'],
        `table ip cni_hostport {
  chain hostports {
    tcp dport 8081 dnat to ${IP.web}:8080 comment "${container}"
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    jump hostports
  }
  chain output {
    type nat hook output priority -100; policy accept;
    fib daddr type local jump hostports
  }
}
`,
      );
    },
    api: kubernetes([], mapped(8081)),
    question: { from: 'client', host: IP.outside, port: 8081 },
    heard: 'web',
    finding: 'mapping-takes-transit',
  },
  {
    name: '26-asymmetric-return',
    build(w) {
      service(w);
      far(w);
    },
    api,
    question: { from: 'outside', host: IP.node2, port: 30080, localAddress: FAR },
    heard: 'web',
    finding: 'asymmetric-return',
  },
  {
    name: '28-mixed-backends',
    build(w) {
      service(w);
      load(w, portmap(container, [{ hostPort: 30080, to: `${IP.client}:9090` }]), 'iptables-legacy-restore');
    },
    api,
    question: { from: 'outside', host: IP.node, port: 30080 },
    heard: 'client',
    orElse: 'web',
    finding: 'mixed-backends',
  },
];

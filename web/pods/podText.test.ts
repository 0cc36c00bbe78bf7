import { describe, expect, it } from 'vitest';
import type { Pod, PodList } from '../../api/live.ts';
import type { Finding } from '../../api/pieces.ts';
import { conflictsOf, hostPortText, knownByText, matchingPods, namespacesOf, sourcesText } from './podText.ts';

const pod = (id: string, patch: Partial<Pod> = {}): Pod => {
  const [namespace = '', name = ''] = id.split('/');
  return {
    id,
    namespace,
    name,
    addresses: ['10.244.1.2'],
    node: null,
    hostNetwork: false,
    state: 'running',
    netns: null,
    pid: null,
    interfaces: [],
    hostPorts: [],
    foundBy: ['cri'],
    disagreements: [],
    ...patch,
  };
};

const port = {
  hostIp: null,
  hostPort: 80,
  containerPort: 8088,
  protocol: 'tcp',
  from: ['kubernetes', 'rules'],
} as const;

const finding = (title: string): Finding => ({
  id: 'hostport-shadows',
  title,
  confidence: 'proved',
  severity: 'error',
  summary: '',
  evidence: [],
  remedy: '',
});

describe('what the pod list says', () => {
  it('finds pods by any words of a row', () => {
    const pods = [pod('default/web', { hostPorts: [port] }), pod('kube-system/dns', { addresses: ['10.244.1.9'] })];
    const ids = (...args: [string, string | null, boolean]) => matchingPods(pods, ...args).map(({ id }) => id);
    expect(ids('', null, false)).toHaveLength(2);
    expect(ids('8088 DEF', null, false)).toEqual(['default/web']);
    expect(ids('1.9', null, false)).toEqual(['kube-system/dns']);
    expect(ids('', 'kube-system', false)).toEqual(['kube-system/dns']);
    expect(ids('', null, true)).toEqual(['default/web']);
    expect(namespacesOf(pods)).toEqual(['default', 'kube-system']);
  });

  it('says where the list comes from, and who checked it', () => {
    const source = (name: PodList['sources'][number]['source'], ok: boolean) => ({
      source: name,
      ok,
      pods: 1,
      detail: '',
    });
    const list = (sources: PodList['sources']): PodList => ({ node: 'n', pods: [pod('a/b')], sources, findings: [] });
    expect(sourcesText(list([source('cri', true), source('kubernetes', true), source('docker', false)]))).toBe(
      '1 pod · from the container runtime, checked against the API',
    );
    expect(sourcesText(list([source('cri', true), source('cni', true), source('proc', true)]))).toBe(
      '1 pod · from the container runtime, checked against CNI results and processes',
    );
    expect(sourcesText(list([]))).toBe('1 pod · no source answered');
  });

  it('says a hostPort and who knows it', () => {
    expect(hostPortText(port, false)).toBe('80 → 8088 tcp');
    expect(hostPortText({ ...port, hostIp: '192.168.0.1' }, true)).toBe('192.168.0.1:80 tcp (listens)');
    expect(knownByText(port)).toBe('API, rules');
  });

  it('ties findings to the pod that takes, not to the one that is taken from', () => {
    const findings = [
      finding('hostPort 80/tcp of default/hostport-web takes the service default/web'),
      finding('hostPort 80/tcp of default/hostport-web takes the node port of the service default/web'),
      finding('hostPort 81/tcp of x/y takes the process nginx'),
    ];
    expect(conflictsOf({ id: 'default/hostport-web' }, findings).map(({ text }) => text)).toEqual([
      'takes port of default/web',
      'takes node port of default/web',
    ]);
    expect(conflictsOf({ id: 'default/web' }, findings)).toEqual([]);
    expect(conflictsOf({ id: 'x/y' }, findings).map(({ text }) => text)).toEqual(['takes port of nginx']);
  });
});

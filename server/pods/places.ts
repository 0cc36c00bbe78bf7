// Where the sources look on a node: sockets and folders of the runtimes. One table, so that a test can point it elsewhere.

export interface Places {
  readonly procFolder: string;
  /** CRI sockets in the order they are tried; the first that answers is used. */
  readonly criSockets: readonly string[];
  readonly dockerSocket: string;
  readonly cniResultFolders: readonly string[];
  readonly netnsFolder: string;
  /** Kubeconfigs in the order they are tried, each one file or several to be merged (`a:b`); in-cluster credentials come before. */
  readonly kubeconfigs: readonly string[];
}

/** `unix:///run/x.sock` as crictl writes it, or a plain path. */
function socketPath(endpoint: string): string {
  return endpoint.replace(/^unix:(\/\/)?/, '');
}

export function defaultPlaces(env: Readonly<Record<string, string | undefined>>): Places {
  // The variable crictl reads; where it is set, no other socket is tried.
  const endpoint = env['CONTAINER_RUNTIME_ENDPOINT'];
  const kubeconfig = env['KUBECONFIG'];
  const home = env['HOME'];
  return {
    procFolder: '/proc',
    criSockets:
      endpoint !== undefined && endpoint !== ''
        ? [socketPath(endpoint)]
        : [
            '/run/containerd/containerd.sock',
            '/run/k3s/containerd/containerd.sock', // k3s and rke2
            '/run/crio/crio.sock',
            '/var/run/crio/crio.sock',
            '/run/k0s/containerd.sock',
            '/var/snap/microk8s/common/run/containerd.sock',
            '/run/cri-dockerd.sock',
          ],
    dockerSocket: '/var/run/docker.sock',
    cniResultFolders: ['/var/lib/cni/results', '/var/lib/cni/cache/results'],
    netnsFolder: '/var/run/netns',
    kubeconfigs:
      kubeconfig !== undefined && kubeconfig !== ''
        ? [kubeconfig]
        : [
            ...(home === undefined ? [] : [`${home}/.kube/config`]),
            '/etc/kubernetes/admin.conf',
            '/etc/rancher/k3s/k3s.yaml',
            '/etc/rancher/rke2/rke2.yaml',
            '/etc/kubernetes/kubelet.conf',
          ],
  };
}

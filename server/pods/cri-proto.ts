// The few messages of the CRI API (k8s.io/cri-api runtime/v1/api.proto) that finding pods needs, as protobufjs reads them from JSON.
// Kept in the source, so that the built server carries it. Unknown fields are skipped by protobuf, so later versions are read too.

export interface Field {
  readonly type: string;
  readonly id: number;
  readonly rule?: 'repeated';
  readonly keyType?: string;
}

const text = (id: number): Field => ({ type: 'string', id });
const labels = (id: number): Field => ({ keyType: 'string', type: 'string', id });

export const criProto = {
  nested: {
    runtime: {
      nested: {
        v1: {
          nested: {
            RuntimeService: {
              methods: {
                Version: { requestType: 'VersionRequest', responseType: 'VersionResponse' },
                ListPodSandbox: { requestType: 'ListPodSandboxRequest', responseType: 'ListPodSandboxResponse' },
                PodSandboxStatus: { requestType: 'PodSandboxStatusRequest', responseType: 'PodSandboxStatusResponse' },
                GetContainerEvents: {
                  requestType: 'GetEventsRequest',
                  responseType: 'ContainerEventResponse',
                  responseStream: true,
                },
              },
            },
            VersionRequest: { fields: { version: text(1) } },
            VersionResponse: {
              fields: { version: text(1), runtimeName: text(2), runtimeVersion: text(3), runtimeApiVersion: text(4) },
            },
            ListPodSandboxRequest: { fields: {} },
            ListPodSandboxResponse: { fields: { items: { rule: 'repeated', type: 'PodSandbox', id: 1 } } },
            PodSandboxMetadata: {
              fields: { name: text(1), uid: text(2), namespace: text(3), attempt: { type: 'uint32', id: 4 } },
            },
            PodSandboxState: { values: { SANDBOX_READY: 0, SANDBOX_NOTREADY: 1 } },
            PodSandbox: {
              fields: {
                id: text(1),
                metadata: { type: 'PodSandboxMetadata', id: 2 },
                state: { type: 'PodSandboxState', id: 3 },
                createdAt: { type: 'int64', id: 4 },
                labels: labels(5),
                annotations: labels(6),
              },
            },
            PodSandboxStatusRequest: { fields: { podSandboxId: text(1), verbose: { type: 'bool', id: 2 } } },
            PodSandboxStatusResponse: {
              fields: { status: { type: 'PodSandboxStatus', id: 1 }, info: labels(2) },
            },
            PodIP: { fields: { ip: text(1) } },
            PodSandboxNetworkStatus: {
              fields: { ip: text(1), additionalIps: { rule: 'repeated', type: 'PodIP', id: 2 } },
            },
            NamespaceMode: { values: { POD: 0, CONTAINER: 1, NODE: 2, TARGET: 3 } },
            NamespaceOption: { fields: { network: { type: 'NamespaceMode', id: 1 } } },
            Namespace: { fields: { options: { type: 'NamespaceOption', id: 2 } } },
            LinuxPodSandboxStatus: { fields: { namespaces: { type: 'Namespace', id: 1 } } },
            PodSandboxStatus: {
              fields: {
                id: text(1),
                metadata: { type: 'PodSandboxMetadata', id: 2 },
                state: { type: 'PodSandboxState', id: 3 },
                createdAt: { type: 'int64', id: 4 },
                network: { type: 'PodSandboxNetworkStatus', id: 5 },
                linux: { type: 'LinuxPodSandboxStatus', id: 6 },
                labels: labels(7),
                annotations: labels(8),
              },
            },
            GetEventsRequest: { fields: {} },
            ContainerEventResponse: { fields: { containerId: text(1) } },
          },
        },
      },
    },
  },
} as const;

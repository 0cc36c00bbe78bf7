// CRI calls that make and remove pods: what the tests ask of a runtime beyond what the product does.
import { criProto } from '../../server/pods/cri-proto.ts';

export const runPods = {
  nested: {
    runtime: {
      nested: {
        v1: {
          nested: {
            ...criProto.nested.runtime.nested.v1.nested,
            RuntimeService: {
              methods: {
                ...criProto.nested.runtime.nested.v1.nested.RuntimeService.methods,
                RunPodSandbox: { requestType: 'RunPodSandboxRequest', responseType: 'RunPodSandboxResponse' },
                StopPodSandbox: { requestType: 'SandboxRequest', responseType: 'Nothing' },
                RemovePodSandbox: { requestType: 'SandboxRequest', responseType: 'Nothing' },
                CreateContainer: { requestType: 'CreateContainerRequest', responseType: 'CreateContainerResponse' },
                StartContainer: { requestType: 'StartContainerRequest', responseType: 'Nothing' },
              },
            },
            Nothing: { fields: {} },
            SandboxRequest: { fields: { podSandboxId: { type: 'string', id: 1 } } },
            RunPodSandboxRequest: {
              fields: { config: { type: 'PodSandboxConfig', id: 1 }, runtimeHandler: { type: 'string', id: 2 } },
            },
            RunPodSandboxResponse: { fields: { podSandboxId: { type: 'string', id: 1 } } },
            Protocol: { values: { TCP: 0, UDP: 1, SCTP: 2 } },
            PortMapping: {
              fields: {
                protocol: { type: 'Protocol', id: 1 },
                containerPort: { type: 'int32', id: 2 },
                hostPort: { type: 'int32', id: 3 },
                hostIp: { type: 'string', id: 4 },
              },
            },
            LinuxSandboxSecurityContext: { fields: { namespaceOptions: { type: 'NamespaceOption', id: 1 } } },
            LinuxPodSandboxConfig: {
              fields: {
                cgroupParent: { type: 'string', id: 1 },
                securityContext: { type: 'LinuxSandboxSecurityContext', id: 2 },
              },
            },
            PodSandboxConfig: {
              fields: {
                metadata: { type: 'PodSandboxMetadata', id: 1 },
                hostname: { type: 'string', id: 2 },
                logDirectory: { type: 'string', id: 3 },
                portMappings: { rule: 'repeated', type: 'PortMapping', id: 5 },
                labels: { keyType: 'string', type: 'string', id: 6 },
                linux: { type: 'LinuxPodSandboxConfig', id: 8 },
              },
            },
            ImageSpec: { fields: { image: { type: 'string', id: 1 } } },
            ContainerMetadata: { fields: { name: { type: 'string', id: 1 } } },
            ContainerConfig: {
              fields: {
                metadata: { type: 'ContainerMetadata', id: 1 },
                image: { type: 'ImageSpec', id: 2 },
                command: { rule: 'repeated', type: 'string', id: 3 },
                logPath: { type: 'string', id: 11 },
              },
            },
            CreateContainerRequest: {
              fields: {
                podSandboxId: { type: 'string', id: 1 },
                config: { type: 'ContainerConfig', id: 2 },
                sandboxConfig: { type: 'PodSandboxConfig', id: 3 },
              },
            },
            CreateContainerResponse: { fields: { containerId: { type: 'string', id: 1 } } },
            StartContainerRequest: { fields: { containerId: { type: 'string', id: 1 } } },
          },
        },
      },
    },
  },
};

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ContainerdNode, missingForContainerd, type RunningPod } from './containerd.fixture.ts';

const missing = missingForContainerd();
const usable = missing.length === 0 || process.env['CI'] !== undefined;

describe.skipIf(!usable)('pods of a real containerd', () => {
  let node: ContainerdNode;
  let web: RunningPod;

  beforeAll(async () => {
    node = await ContainerdNode.start();
    web = await node.runPod({
      name: 'web',
      command: ['/bin/sh', '-c', 'echo hello >/tmp/index.html; exec httpd -f -p 8080 -h /tmp'],
      hostPorts: [{ hostPort: 8081, containerPort: 8080 }],
    });
  });
  afterAll(() => node?.stop());

  test('the hostPort answers from outside', async () => {
    const answer = await fetch(`http://${node.address}:8081/`);
    expect(await answer.text()).toBe('hello\n');
    expect(web.address).toMatch(/^10\.78\./);
  });
});

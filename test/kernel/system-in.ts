// A vethscope on a node that is a network namespace, while its processes are the machine's.
import type { Files, Programs, System } from '../../server/system/system.ts';
import { run } from './run.ts';

/** The real system with its programs run in a network namespace, and with what the kernel shows there for it. */
export function systemIn(real: System, netns: string): System {
  const enter = [`--net=${netns}`];
  const programs = new Proxy(real.programs, {
    get(target, name: keyof Programs) {
      const method: unknown = target[name];
      if (typeof method !== 'function') return method;
      if (name === 'find') return method.bind(target);
      return (program: string, args: readonly string[], ...rest: unknown[]) =>
        method.call(target, 'nsenter', [...enter, program, ...args], ...rest);
    },
  });
  const files = new Proxy(real.files, {
    get(target, name: keyof Files) {
      const method: unknown = target[name];
      if (typeof method !== 'function') return method;
      return (file: string, ...rest: unknown[]) => {
        if (name === 'readText' && /^\/proc\/(sys\/net|net)\//.test(file))
          return Promise.resolve().then(() => run('nsenter', [...enter, 'cat', '--', file]));
        return method.call(target, file === '/proc/self/ns/net' ? netns : file, ...rest);
      };
    },
  });
  return { ...real, programs, files };
}

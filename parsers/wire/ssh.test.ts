// SSH: banners on any port, the algorithms, and silence after New Keys.
import { describe, expect, it } from 'vitest';
import { sshTurns } from '../../test/conformance/crafted-databases.ts';
import * as f from '../../test/conformance/frames.ts';
import { openTalk, survivesDamage, timeOf } from '../../test/conformance/open-talk.ts';

describe('ssh', () => {
  it('is known by its banner on any port, whole or cut', () => {
    expect(openTalk(2222, [['<', f.ascii('SSH-2.0-x\r\n')]]).rows[0]?.info).toBe('Server: Protocol (SSH-2.0-x)');
    const cut = openTalk(2222, [
      ['<', f.ascii('SSH-2.0-')],
      ['<', f.ascii('x\r\n')],
    ]);
    expect(cut.rows[1]?.info).toBe('Server: Protocol (SSH-2.0-x)');
    expect(openTalk(2222, [['<', f.ascii('SSX-2.0-x\r\n')]]).rows[0]?.protocol).toBe('TCP');
  });

  it('lists the algorithms, and nothing of what is encrypted', () => {
    const turns = sshTurns();
    const { rows, values } = openTalk(22, turns);
    expect(values(2, 'ssh.kex_algorithms')).toEqual(['curve25519-sha256,ecdh-sha2-nistp256']);
    expect(rows.at(-1)?.info).toBe('Client: Encrypted packet (len=44)');
    expect(values(turns.length - 1, 'ssh.message_code')).toEqual([]);
  });

  it('survives damage', () => survivesDamage(22, sshTurns()));

  it('takes a segment of tiny packets in linear time', () => {
    const many = new Array<number[]>(8000).fill([0, 0, 0, 2, 0, 2]).flat();
    expect(timeOf(22, [['<', many]])).toBeLessThan(2000);
  });
});

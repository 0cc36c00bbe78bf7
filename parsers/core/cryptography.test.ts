// Our SHA-256, HKDF and AES-GCM against Node's, and against the vectors of RFC 9001 and RFC 9369.
import { createCipheriv, createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Aes128, openGcm } from './aes-gcm.ts';
import { expandLabel, hmacSha256, sha256 } from './sha256.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

describe('SHA-256 and HMAC', () => {
  it('are those of Node', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 150 }), (data, key) => {
        expect(hex(sha256(data))).toBe(createHash('sha256').update(data).digest('hex'));
        expect(hex(hmacSha256(key, data))).toBe(createHmac('sha256', key).update(data).digest('hex'));
      }),
      { numRuns: 300 },
    );
  });
});

describe('keys of Initial packets', () => {
  const id = bytesOf('8394c8f03e515708');
  it.each([
    {
      what: 'RFC 9001, A.1',
      salt: '38762cf7f55934b34d179ae6a4c80cadccbb7f0a',
      label: 'quic',
      wanted: ['1f369613dd76d5467730efcbe3b1a22d', 'fa044b2f42a3fd3b46fb255c', '9f50449e04a0e810283a1e9933adedd2'],
    },
    {
      what: 'RFC 9369, A.1',
      salt: '0dede3def700a6db819381be6e269dcbf9bd2ed9',
      label: 'quicv2',
      wanted: ['8b1a0bc121284290a29e0971b5cd045d', '91f73e2351d8fa91660e909f', '45b95e15235d6f45a6b19cbcb0294ba9'],
    },
  ])('are those of $what', ({ salt, label, wanted }) => {
    const secret = expandLabel(hmacSha256(bytesOf(salt), id), 'client in', 32);
    const keys = [expandLabel(secret, `${label} key`, 16), expandLabel(secret, `${label} iv`, 12)];
    expect([...keys, expandLabel(secret, `${label} hp`, 16)].map(hex)).toEqual(wanted);
  });
});

describe('AES-128-GCM', () => {
  it('encrypts blocks as Node does', () => {
    const sized = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(sized, sized, (key, block) => {
        const theirs = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block);
        expect(hex(new Aes128(key).encrypt(block))).toBe(hex(theirs));
      }),
      { numRuns: 300 },
    );
  });

  it('opens what Node sealed, and nothing that was changed', () => {
    const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const nonce = fc.uint8Array({ minLength: 12, maxLength: 12 });
    const data = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(key, nonce, data, data, fc.nat(), (k, n, header, plain, place) => {
        const cipher = createCipheriv('aes-128-gcm', k, n).setAAD(header);
        const sealed = Uint8Array.from([...cipher.update(plain), ...cipher.final(), ...cipher.getAuthTag()]);
        const aes = new Aes128(k);
        expect(openGcm(aes, n, header, sealed)).toEqual(plain);
        sealed[place % sealed.length] = (sealed[place % sealed.length] ?? 0) ^ 1;
        expect(openGcm(aes, n, header, sealed)).toBeNull();
        expect(openGcm(aes, n, header, sealed.subarray(0, 10))).toBeNull();
      }),
      { numRuns: 200 },
    );
  });
});

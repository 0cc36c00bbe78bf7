import { describe, expect, it } from 'vitest';
import { Dissection } from './dissection.ts';
import { imfMessage } from './imf-message.ts';

function read(text: string): { readonly column: string; readonly info: string } {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return imfMessage(new Dissection(bytes, bytes.length, null), 0, bytes.length);
}

describe('Internet messages', () => {
  it('says who writes about what, and the lines of a plain body', () => {
    expect(read('To: b\r\nFrom: a@b\r\nSubject: hi\r\n\r\none\r\ntwo\r\n').info).toBe(
      'from: a@b, subject: hi, , one  , two  ',
    );
  });

  it('says the types of parts, and goes into a message that another carries', () => {
    const head = 'Subject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n';
    expect(read(`${head}--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n`).info).toBe('subject: s,  (image/png)');
    const inner = 'Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nx\r\n';
    expect(read(`${head}--b\r\n${inner}--b--\r\n`)).toEqual({
      column: 'IMF/IMF',
      info: 'subject: s, subject: in, , x',
    });
  });

  it('ends with parts that hold one another without end', () => {
    const nested = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n'.repeat(2000);
    expect(read(nested).column).toBe('IMF');
    expect(read(`Content-Type: message/rfc822;\r\n\r\n`.repeat(2000)).column.length).toBeLessThan(100);
  });

  it('takes cut and empty messages', () => {
    expect(read('')).toEqual({ column: 'IMF', info: '' });
    expect(read('Subject: cut').info).toBe('subject: cut, ');
    expect(read('Content-Type: multipart/mixed; boundary=').info).toBe('');
  });
});

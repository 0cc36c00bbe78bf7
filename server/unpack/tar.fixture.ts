// Writes small tar archives for tests, in the three forms that are about.

type Form = 'ustar' | 'gnu' | 'pax';
const encode = (text: string) => new TextEncoder().encode(text);

function header(name: string, size: number, type: string, prefix = ''): Uint8Array {
  const block = new Uint8Array(512);
  block.set(encode(name).subarray(0, 100), 0);
  block.set(encode('0000644\0'), 100);
  block.set(encode(`${size.toString(8).padStart(11, '0')}\0`), 124);
  block.set(encode('        '), 148);
  block.set(encode(type), 156);
  block.set(encode('ustar\u000000'), 257);
  block.set(encode(prefix), 345);
  const sum = block.reduce((s, b) => s + b, 0);
  block.set(encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return block;
}

function padded(body: Uint8Array): Uint8Array {
  const all = new Uint8Array(Math.ceil(body.length / 512) * 512);
  all.set(body);
  return all;
}

function longName(path: string, form: Form): { blocks: Uint8Array[]; name: string; prefix: string } {
  if (path.length <= 100) return { blocks: [], name: path, prefix: '' };
  if (form === 'gnu') {
    const name = encode(`${path}\0`);
    return { blocks: [header('././@LongLink', name.length, 'L'), padded(name)], name: path.slice(0, 100), prefix: '' };
  }
  if (form === 'pax') {
    const record = ` path=${path}\n`;
    let length = record.length + 3;
    if (String(length).length !== 3) length += 1;
    const body = encode(`${length}${record}`);
    return { blocks: [header('pax', body.length, 'x'), padded(body)], name: 'short', prefix: '' };
  }
  const cut = path.lastIndexOf('/', 155);
  return { blocks: [], name: path.slice(cut + 1), prefix: path.slice(0, cut) };
}

export function tarOf(
  files: readonly (readonly [string, string | Uint8Array])[],
  form: Form = 'ustar',
): Uint8Array<ArrayBuffer> {
  const blocks = files.flatMap(([path, content]) => {
    const body = typeof content === 'string' ? encode(content) : content;
    const long = longName(path, form);
    return [...long.blocks, header(long.name, body.length, '0', long.prefix), padded(body)];
  });
  return new Uint8Array(Buffer.concat([...blocks, new Uint8Array(1024)]));
}

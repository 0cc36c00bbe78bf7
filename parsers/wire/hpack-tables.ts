// The code of HPACK's strings (RFC 7541, appendix B) and its static table (appendix A).
// Surprise: the code is canonical, so the length of each symbol is all there is to know of it.

/** Length of each symbol's code, 0 to 255 and the end of the string; A stands for 5 bits, B for 6. */
const LENGTHS =
  'ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHF' +
  'IBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJBKABABABBBACCBBBABCBAABCCCCCKGJIX' +
  'PRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRS' +
  'VVPORSRUVVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWV' +
  'Z';
const SHORTEST = 5;
const LONGEST = 30;
const END_OF_STRING = 256;

/** By length: the first code, how many there are, and where their symbols begin in `symbols`. */
const first: number[] = [];
const count: number[] = [];
const start: number[] = [];
const symbols: number[] = [];

for (let length = 0, code = 0; length <= LONGEST; length++) {
  code *= 2;
  first.push(code);
  start.push(symbols.length);
  for (let symbol = 0; symbol <= END_OF_STRING; symbol++)
    if (LENGTHS.charCodeAt(symbol) - 65 + SHORTEST === length) symbols.push(symbol);
  count.push(symbols.length - (start[length] ?? 0));
  code += count[length] ?? 0;
}

/** The bytes of a coded string, as Latin-1 text; null when they are no such string (RFC 7541, section 5.2). */
export function huffmanText(bytes: Uint8Array, from: number, to: number): string | null {
  let text = '';
  let code = 0;
  let length = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      length++;
      const place = code - (first[length] ?? 0);
      if (place < (count[length] ?? 0)) {
        const symbol = symbols[(start[length] ?? 0) + place] ?? END_OF_STRING;
        if (symbol === END_OF_STRING) return null;
        text += String.fromCharCode(symbol);
        code = 0;
        length = 0;
      } else if (length === LONGEST) return null;
    }
  }
  // What is left over is the start of the end-of-string code: ones, and less than a byte.
  return length < 8 && code === 2 ** length - 1 ? text : null;
}

/** Names and values, separated by a tab; entry n of RFC 7541 is `STATIC_TABLE[n - 1]`. */
export const STATIC_TABLE: readonly string[] = [
  ':authority\t',
  ':method\tGET',
  ':method\tPOST',
  ':path\t/',
  ':path\t/index.html',
  ':scheme\thttp',
  ':scheme\thttps',
  ':status\t200',
  ':status\t204',
  ':status\t206',
  ':status\t304',
  ':status\t400',
  ':status\t404',
  ':status\t500',
  'accept-charset\t',
  'accept-encoding\tgzip, deflate',
  'accept-language\t',
  'accept-ranges\t',
  'accept\t',
  'access-control-allow-origin\t',
  'age\t',
  'allow\t',
  'authorization\t',
  'cache-control\t',
  'content-disposition\t',
  'content-encoding\t',
  'content-language\t',
  'content-length\t',
  'content-location\t',
  'content-range\t',
  'content-type\t',
  'cookie\t',
  'date\t',
  'etag\t',
  'expect\t',
  'expires\t',
  'from\t',
  'host\t',
  'if-match\t',
  'if-modified-since\t',
  'if-none-match\t',
  'if-range\t',
  'if-unmodified-since\t',
  'last-modified\t',
  'link\t',
  'location\t',
  'max-forwards\t',
  'proxy-authenticate\t',
  'proxy-authorization\t',
  'range\t',
  'referer\t',
  'refresh\t',
  'retry-after\t',
  'server\t',
  'set-cookie\t',
  'strict-transport-security\t',
  'transfer-encoding\t',
  'user-agent\t',
  'vary\t',
  'via\t',
  'www-authenticate\t',
];

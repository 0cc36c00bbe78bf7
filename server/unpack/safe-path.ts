// Paths that come from outside (an upload's query, a tar header) and are used below a folder of ours.

const longest = { path: 1024, name: 200, depth: 16 };

export type SafePath = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly message: string };

const refuse = (message: string): SafePath => ({ ok: false, message });

/** Control characters, and those that turn text around: a name is shown in a terminal and in the viewer. */
function hasHiddenCharacters(text: string): boolean {
  for (const character of text) {
    const c = character.codePointAt(0) ?? 0;
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return true;
    if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c === 0xfffd)
      return true;
  }
  return false;
}

/** The path with `./` and doubled slashes gone; refused when it could leave the folder or hide what it is. */
export function safePath(raw: string): SafePath {
  if (raw === '') return refuse('the path is empty; name the file');
  if (raw.length > longest.path) return refuse(`the path is longer than ${longest.path} characters; shorten it`);
  if (hasHiddenCharacters(raw)) return refuse('the path holds control characters; rename the file');
  if (raw.startsWith('/') || raw.includes('\\') || /^[A-Za-z]:/.test(raw)) {
    return refuse('the path must be relative, with forward slashes: node/pod-client.pcap');
  }
  const parts = raw.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0) return refuse('the path names a folder; name the file');
  if (parts.includes('..')) return refuse('the path may not contain ..; give it as seen from inside the case');
  if (parts.length > longest.depth) return refuse(`the path is deeper than ${longest.depth} folders; flatten it`);
  if (parts.some((part) => Buffer.byteLength(part) > longest.name)) {
    return refuse(`a name in the path is longer than ${longest.name} bytes; shorten it`);
  }
  return { ok: true, path: parts.join('/') };
}

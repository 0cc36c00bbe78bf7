// Recognises capture files, and the compression they may be wrapped in, from their first bytes.
// Magic numbers: pcap (draft-ietf-opsawg-pcap), pcapng (draft-ietf-opsawg-pcapng), gzip (RFC 1952), zstd (RFC 8878), lz4 frames.
// Surprise: the pcapng magic 0a0d0d0a reads the same in both byte orders; its real order stands eight bytes later.

export type CaptureFormat = 'pcap' | 'pcapng';
export type Container = CaptureFormat | 'gzip' | 'zstd' | 'lz4';

/** Bytes that `detectCapture` needs to decide. */
export const DETECT_BYTES = 4;

/** What a file is by its first bytes; null when it is none of these or fewer than four bytes are there. */
export function detectCapture(bytes: Uint8Array): Container | null {
  if (bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  if (bytes.length < DETECT_BYTES) return null;
  const magic = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, false);
  switch (magic) {
    case 0x0a0d0d0a:
      return 'pcapng';
    case 0xa1b2c3d4:
    case 0xd4c3b2a1:
    case 0xa1b23c4d:
    case 0x4d3cb2a1:
    case 0xa1b2cd34:
    case 0x34cdb2a1:
      return 'pcap';
    case 0x28b52ffd:
      return 'zstd';
    case 0x04224d18:
      return 'lz4';
    default:
      return null;
  }
}

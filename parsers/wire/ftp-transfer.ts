// What an FTP control connection says of a transfer, handed to the data connection that it announces.
// Surprise: the command comes after the announcement, and is filled in then.

export interface FtpTransfer {
  /** `PASV`, `EPASV` or `PORT`. */
  readonly method: string;
  /** The first command after the port was named, which is often TYPE. */
  command: string;
}

export function isTransfer(note: unknown): note is FtpTransfer {
  return typeof note === 'object' && note !== null && 'method' in note && 'command' in note;
}

// A refusal at the edge: what the user asked for cannot be done, and the sentence says what to do. HTTP answers it with a 4xx
// and {error: {code, message}}; the command line prints it as one line and exits with status 2.

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  /** Column of a bad filter, 0-based. */
  readonly position: number | null;

  constructor(status: number, code: string, message: string, position: number | null = null) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.position = position;
  }
}

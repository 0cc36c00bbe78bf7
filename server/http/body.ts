// The body of an upload as chunks, with backpressure. Surprise: iterating the request itself would lose what had arrived and was
// not yet read when the sender breaks off, because a destroyed stream drops its buffer. Here it is handed out first.
import type { IncomingMessage } from 'node:http';

const queueLimit = 1 << 20;

export interface Body extends AsyncIterable<Uint8Array> {
  /** Lets the rest arrive without keeping it, so that the refusal can be read by the sender. */
  discard(): void;
}

/** Call before the first `await` of a handler: what arrives earlier may be gone when the sender breaks off. */
export function bodyOf(request: IncomingMessage): Body {
  const queue: Uint8Array[] = [];
  let queued = 0;
  let ended = false;
  let failure: Error | null = null;
  let discarding = false;
  let wake: () => void = () => undefined;

  request.on('data', (chunk: Uint8Array) => {
    if (discarding) return;
    queue.push(chunk);
    queued += chunk.length;
    if (queued > queueLimit) request.pause();
    wake();
  });
  request.on('end', () => {
    ended = true;
    wake();
  });
  request.on('error', (error: Error) => {
    failure ??= error;
    wake();
  });
  request.on('close', () => {
    if (!ended) failure ??= new Error('the sender broke off');
    wake();
  });

  const chunks = async function* () {
    for (;;) {
      const chunk = queue.shift();
      if (chunk !== undefined) {
        queued -= chunk.length;
        if (request.isPaused() && queued <= queueLimit / 2) request.resume();
        yield chunk;
      } else if (ended) return;
      else if (failure !== null) throw failure;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  };
  return {
    [Symbol.asyncIterator]: chunks,
    discard() {
      discarding = true;
      queue.length = 0;
      request.resume();
    },
  };
}

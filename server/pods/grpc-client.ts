// A gRPC client on a Unix socket from a protobufjs JSON descriptor. Answers are unknown until a zod schema has read them.
import { z } from 'zod';

/** How a call failed, in gRPC's words: `UNAVAILABLE`, `UNIMPLEMENTED`, … */
export class GrpcFailure extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface GrpcClient {
  call(method: string, request: object, timeoutMs: number): Promise<unknown>;
  /** A stream of messages until the returned function is called; `onEnd` when the server ended or never had it. */
  stream(method: string, onMessage: () => void, onEnd: (reason: string) => void): () => void;
  close(): void;
}

const failed = z.object({ code: z.number(), details: z.string().optional() });

/** @param path dotted name of the service, `runtime.v1.RuntimeService` */
export async function grpcClient(descriptor: object, path: string, socket: string): Promise<GrpcClient> {
  const { makeGenericClientConstructor, credentials, status } = await import('@grpc/grpc-js');
  const { fromJSON } = await import('@grpc/proto-loader');
  // Checked by loading it: a descriptor that is wrong fails in the first test.
  const definition = fromJSON(descriptor as Parameters<typeof fromJSON>[0], {
    defaults: true,
    enums: String,
    longs: String,
  });
  const service = definition[path];
  if (service === undefined || 'format' in service) throw new Error(`no service ${path}`);
  const Client = makeGenericClientConstructor(service, path);
  const client = new Client(`unix:${socket}`, credentials.createInsecure(), {
    // Not through a proxy of the environment, and no name to look up: the authority of a socket is not a host.
    'grpc.enable_http_proxy': 0,
    'grpc.default_authority': 'localhost',
    'grpc.max_receive_message_length': 64 << 20,
  });
  const methodOf = (name: string) => {
    const found = service[name];
    if (found === undefined) throw new Error(`no method ${path}.${name}`);
    return found;
  };
  const failure = (error: unknown): GrpcFailure => {
    const known = failed.safeParse(error);
    return known.success
      ? new GrpcFailure(status[known.data.code] ?? 'UNKNOWN', known.data.details ?? String(error))
      : new GrpcFailure('UNKNOWN', String(error));
  };
  return {
    call: (name, request, timeoutMs) =>
      new Promise((resolve, reject) => {
        const m = methodOf(name);
        client.makeUnaryRequest(
          m.path,
          m.requestSerialize,
          m.responseDeserialize,
          request,
          { deadline: Date.now() + timeoutMs },
          (error, answer) => (error === null ? resolve(answer) : reject(failure(error))),
        );
      }),
    stream(name, onMessage, onEnd) {
      const m = methodOf(name);
      const call = client.makeServerStreamRequest(m.path, m.requestSerialize, m.responseDeserialize, {});
      call.on('data', onMessage);
      call.on('error', (error: unknown) => onEnd(failure(error).code));
      call.on('end', () => onEnd('ended'));
      return () => call.cancel();
    },
    close: () => client.close(),
  };
}

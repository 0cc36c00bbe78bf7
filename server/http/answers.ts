// How answers leave: JSON, refusals as {error: {code, message}}, and a 405 that names what is allowed.
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { Refusal } from '../refusal.ts';

function refuse(response: Response, refusal: Refusal): void {
  const position = refusal.position === null ? {} : { position: refusal.position };
  response.status(refusal.status).json({ error: { code: refusal.code, message: refusal.message, ...position } });
}

/** Validates what came in; the first problem becomes the sentence. */
export function valid<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'the request' : issue.path.join('.');
  throw new Refusal(400, 'bad-request', `${where}: ${issue?.message ?? 'is not valid'}; docs/api.md describes it`);
}

export function methodNotAllowed(...allowed: string[]): RequestHandler {
  return (request, response) => {
    response.setHeader('Allow', allowed.join(', '));
    refuse(
      response,
      new Refusal(405, 'bad-method', `${request.method} is not possible here; use ${allowed.join(' or ')}`),
    );
  };
}

export const notFound: RequestHandler = (request, response) => {
  refuse(
    response,
    new Refusal(404, 'no-route', `there is nothing at ${JSON.stringify(request.path)}; docs/api.md lists the paths`),
  );
};

/** express's own refusals (a broken JSON body, a bad escape in the path) carry a status below 500. */
function asRefusal(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  const status = error instanceof Error && 'status' in error ? error.status : null;
  if (typeof status !== 'number' || status < 400 || status > 499) return null;
  if (status === 413)
    return new Refusal(413, 'too-large', 'the body is too large; only uploads may be, with PUT to …/files');
  return new Refusal(
    status,
    'bad-request',
    `the request cannot be read (${error instanceof Error ? error.message : status}); docs/api.md describes it`,
  );
}

export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const refusal = asRefusal(error);
    if (refusal !== null) return refuse(response, refusal);
    log.error({ err: error, method: request.method, path: request.path }, 'a request failed');
    response
      .status(500)
      .json({ error: { code: 'internal', message: 'vethscope failed here; its log says more. Please report it.' } });
  };
}

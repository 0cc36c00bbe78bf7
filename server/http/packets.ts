// /api/cases/:id/…: packets, flows, timeline, dumps.
import express, { type Router } from 'express';
import { z } from 'zod';
import type { DeepDissector } from '../packets/deep.ts';
import { exported, exportFormats, exportTypes } from '../packets/export.ts';
import { httpObjectAt, httpObjects } from '../packets/http-objects.ts';
import { followedStreamOf, streamBytes } from '../packets/stream.ts';
import type { Library } from '../store/library.ts';
import { methodNotAllowed, valid } from './answers.ts';

const count = (most: number) => z.coerce.number().int().min(0).max(most);
const filter = z.string().max(4000).default('');
const packetsQuery = z.object({
  filter,
  offset: count(Number.MAX_SAFE_INTEGER).default(0),
  count: count(5000).default(200),
});
const timelineQuery = z.object({ filter, slices: z.coerce.number().int().min(1).max(4000).default(200) });
const linesQuery = z.object({
  file: z.string({ error: 'say which dump: ?file=bundle/iptables-save.txt' }),
  from: z.coerce.number().int().min(1).default(1),
  count: count(5000).default(200),
});
const streamQuery = z.object({ limit: count(64 << 20).default(2 << 20) });
const bytesQuery = z.object({ side: z.enum(['both', 'client', 'server']).default('both') });
/** Bytes of a conversation that a download has at most. */
const wholeStream = 64 << 20;
const joinedQuery = z.object({ count: count(5000).default(500) });
const objectsQuery = z.object({ count: count(10_000).default(1000) });
const objectQuery = z.object({ part: count(10_000).default(0) });
const flowsQuery = z.object({ count: count(1_000_000).default(50_000) });
const flowId = z.coerce.number({ error: 'is not a flow id' }).int().min(0);
const exportQuery = z.object({ filter, format: z.enum(exportFormats).default('pcapng') });
const statisticsQuery = z.object({ filter, count: count(500_000).default(10_000) });
const ioQuery = z.object({
  /** Seconds, as tshark's `-z io,stat` takes them. */
  interval: z.coerce.number({ error: 'is not a number of seconds' }).min(1e-6).max(1e9).default(1),
  /** Columns: display filters, with `SUM(field)` and the like before them. */
  filter: z
    .union([filter, z.array(filter).max(8)])
    .default('')
    .transform((given) => (typeof given === 'string' ? [given] : given)),
});
const packetNumber = z.coerce.number({ error: 'is not a packet number' }).int().min(1);

/** Longest wait for packets that are still being indexed, filtered or counted. */
const waitMs = 1500;

export function packets(library: Library, version: string, deep: DeepDissector): Router {
  const router = express.Router({ mergeParams: true });
  const get = (
    at: string,
    answer: (id: string, query: unknown, params: Record<string, string>) => Promise<unknown>,
  ) => {
    router
      .route(`/:id/${at}`)
      .get(async (request, response) => {
        const params: Record<string, string> = request.params;
        response.json(await answer(params['id'] ?? '', request.query, params));
      })
      .all(methodNotAllowed('GET'));
  };

  get('packets', async (id, query) => {
    const wanted = valid(packetsQuery, query);
    const found = await library.get(id);
    return found.rows(wanted.filter, wanted.offset, wanted.count, waitMs);
  });
  get('packets/:no', async (id, _query, params) => {
    const no = valid(packetNumber, params['no']);
    const found = await library.get(id);
    return (await found.packets(waitMs)).joinedDetail(no);
  });
  get('packets/:no/tshark', async (id, _query, params) => {
    const no = valid(packetNumber, params['no']);
    const found = await library.get(id);
    return deep.detail(await found.packets(waitMs), no, found.decodeAsRules);
  });
  get('timeline', async (id, query) => {
    const wanted = valid(timelineQuery, query);
    const found = await library.get(id);
    return (await found.packets(waitMs)).timeline(wanted.filter, wanted.slices, waitMs);
  });
  get('statistics', async (id, query) => {
    const wanted = valid(statisticsQuery, query);
    return (await (await library.get(id)).packets(waitMs)).statistics(wanted.filter, waitMs, wanted.count);
  });
  get('statistics/io', async (id, query) => {
    const { interval, filter: filters } = valid(ioQuery, query);
    return (await (await library.get(id)).packets(waitMs)).io(filters, Math.round(interval * 1e9), waitMs);
  });
  get('joined', async (id, query) => {
    const wanted = valid(joinedQuery, query);
    return (await (await library.get(id)).packets(waitMs)).joinedPoints(wanted.count, waitMs);
  });
  get('flows', async (id, query) => {
    const wanted = valid(flowsQuery, query);
    return (await (await library.get(id)).packets(waitMs)).joinedFlows(wanted.count, waitMs);
  });
  get('flows/:flow/stream', async (id, query, params) => {
    const { limit } = valid(streamQuery, query);
    const flow = valid(flowId, params['flow']);
    const found = await library.get(id);
    return followedStreamOf(await found.packets(waitMs), flow, limit);
  });
  get('objects', async (id, query) => {
    const wanted = valid(objectsQuery, query);
    return httpObjects(await (await library.get(id)).packets(waitMs), wanted.count);
  });
  router
    .route('/:id/packets/:no/object')
    .get(async (request, response) => {
      const { part } = valid(objectQuery, request.query);
      const no = valid(packetNumber, request.params.no);
      const found = await library.get(request.params.id);
      const bytes = httpObjectAt(await found.packets(waitMs), no, part);
      // Never as what the captured server called it: nothing of a capture is to run in the viewer's origin.
      response.attachment(`packet-${no}-${part}.bin`).type('application/octet-stream').send(Buffer.from(bytes));
    })
    .all(methodNotAllowed('GET'));
  router
    .route('/:id/flows/:flow/stream/bytes')
    .get(async (request, response) => {
      const { side } = valid(bytesQuery, request.query);
      const flow = valid(flowId, request.params.flow);
      const found = await library.get(request.params.id);
      const bytes = streamBytes(followedStreamOf(await found.packets(waitMs), flow, wholeStream), side);
      response.attachment(`flow-${flow}-${side}.bin`).type('application/octet-stream').send(bytes);
    })
    .all(methodNotAllowed('GET'));
  router
    .route('/:id/export')
    .get(async (request, response) => {
      const { filter: wanted, format } = valid(exportQuery, request.query);
      const found = await library.get(request.params.id ?? '');
      const chunks = exported(await found.packets(waitMs), {
        filter: wanted,
        format,
        application: `vethscope ${version}`,
      });
      // The first chunk before the head, so that a filter that is refused is an answer and no broken file.
      const first = await chunks.next();
      response.attachment(`${found.id}.${format}`).type(exportTypes[format]);
      for (let next = first; !next.done && !response.destroyed; next = await chunks.next()) {
        if (!response.write(next.value))
          await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      }
      response.end();
    })
    .all(methodNotAllowed('GET'));
  get('dumps/lines', async (id, query) => {
    const wanted = valid(linesQuery, query);
    const found = await library.get(id);
    const lines = (await found.dumpText(wanted.file)).split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    const from = wanted.from - 1;
    return {
      file: wanted.file,
      totalLines: lines.length,
      from: wanted.from,
      lines: lines.slice(from, from + wanted.count),
    };
  });
  return router;
}

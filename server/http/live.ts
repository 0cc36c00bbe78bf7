// /api/live, /api/pods and /api/snapshots: what this node has and lacks, its pods, their capture points, and its state as dumps.
import express, { type Router } from 'express';
import { z } from 'zod';
import { snapshotRequest } from '../../api/live.ts';
import { requireRights } from '../capture/rights.ts';
import type { PodFinder } from '../pods/pods.ts';
import { liveInfoOf } from '../pods/privileges.ts';
import { podNetnsOf, takeSnapshot } from '../snapshot/snapshot.ts';
import type { Library } from '../store/library.ts';
import type { System } from '../system/system.ts';
import { methodNotAllowed, valid } from './answers.ts';

/** `?pod=a&pod=b`, once, several times or not at all. */
const podQuery = z.object({
  pod: z
    .union([
      z
        .string()
        .max(300)
        .transform((p) => [p]),
      z.array(z.string().max(300)).max(64),
    ])
    .default(() => []),
});

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}

export function live(system: System, library: Library, finder: PodFinder): Router {
  const router = express.Router();
  router
    .route('/live')
    .get(async (_request, response) => void response.json(await liveInfoOf(system)))
    .all(methodNotAllowed('GET'));
  router
    .route('/pods')
    .get(async (_request, response) => {
      await requireRights(system);
      response.json(await finder.list());
    })
    .all(methodNotAllowed('GET'));
  router
    .route('/pods/points')
    .get(async (request, response) => {
      const { pod } = valid(podQuery, request.query);
      await requireRights(system);
      response.json(await finder.points(pod));
    })
    .all(methodNotAllowed('GET'));
  router
    .route('/snapshots')
    .post(express.json({ limit: '16kb' }), async (request, response) => {
      const { name } = valid(snapshotRequest, request.body ?? {});
      await requireRights(system);
      const { pods, node } = await finder.list();
      const { files, problems } = await takeSnapshot(system, {
        podNetns: pods.flatMap((p) => (p.netns === null || p.hostNetwork ? [] : [podNetnsOf(p.id, p.netns)])),
        cniResultFolders: finder.places.cniResultFolders,
        pods: () => finder.list(),
        kubernetes: () => finder.kubernetes.objects(),
      });
      const created = await library.create(name ?? `snapshot of ${node === '' ? 'this node' : node}`);
      for (const file of files) await created.receive(file.path, once(file.text));
      const detail = await created.detail();
      response.status(201).json({ ...detail, issues: [...detail.issues, ...problems] });
    })
    .all(methodNotAllowed('POST'));
  return router;
}

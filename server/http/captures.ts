// /api/captures and /api/filters: live captures of this node.
import express, { type Router } from 'express';
import { captureRequest } from '../../api/live.ts';
import type { Captures } from '../capture/captures.ts';
import { requireRights } from '../capture/rights.ts';
import type { System } from '../system/system.ts';
import { methodNotAllowed, valid } from './answers.ts';

const json = express.json({ limit: '64kb' });

export function captures(system: System, of: Captures): Router {
  const router = express.Router();
  router
    .route('/filters/preview')
    .post(json, async (request, response) => {
      const wanted = valid(captureRequest, request.body);
      await requireRights(system);
      response.json(await of.preview(wanted));
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/captures')
    .get((_request, response) => void response.json(of.list()))
    .post(json, async (request, response) => {
      const wanted = valid(captureRequest, request.body);
      await requireRights(system);
      const created = await of.create(wanted);
      response.status(201).json(await created.detail());
    })
    .all(methodNotAllowed('GET', 'POST'));
  router
    .route('/captures/:caseId')
    .get(async (request, response) => void response.json(await of.status(request.params.caseId)))
    .all(methodNotAllowed('GET'));
  router
    .route('/captures/:caseId/stop')
    .post(async (request, response) => void response.json(await of.stop(request.params.caseId)))
    .all(methodNotAllowed('POST'));
  return router;
}

// /api/cases/:id/explain and /findings: what the simulator says of a case.
import express, { type Router } from 'express';
import { explainRequest } from '../../api/schemas.ts';
import type { Library } from '../store/library.ts';
import { explainFlow, explainSpec, findingsOf } from '../trace/trace.ts';
import { methodNotAllowed, valid } from './answers.ts';

export function trace(library: Library): Router {
  const router = express.Router();
  router
    .route('/:id/explain')
    .post(express.json({ limit: '16kb' }), async (request, response) => {
      const asked = valid(explainRequest, request.body);
      const found = await library.get(request.params.id);
      const state = await found.nodeState();
      if ('packet' in asked) {
        response.json(await explainSpec(state, asked.packet));
      } else {
        response.json(await explainFlow(state, await found.packets(1500), asked.flow));
      }
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/:id/findings')
    .get(async (request, response) => {
      const found = await library.get(request.params.id);
      response.json(await findingsOf(await found.nodeState()));
    })
    .all(methodNotAllowed('GET'));
  return router;
}

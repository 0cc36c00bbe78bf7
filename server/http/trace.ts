// /api/cases/:id/explain and /findings: what the simulator says of a case.
import express, { type Router } from 'express';
import { explainRequest } from '../../api/schemas.ts';
import type { Library } from '../store/library.ts';
import type { System } from '../system/system.ts';
import { findingsOfPackets } from '../trace/captured.ts';
import { explainFlowInForce, explainSpecNewest } from '../trace/in-force.ts';
import { findingsOf } from '../trace/trace.ts';
import { methodNotAllowed, valid } from './answers.ts';

export function trace(library: Library, clock: System['clock']): Router {
  const router = express.Router();
  router
    .route('/:id/explain')
    .post(express.json({ limit: '16kb' }), async (request, response) => {
      const asked = valid(explainRequest, request.body);
      const found = await library.get(request.params.id);
      if ('packet' in asked) {
        response.json(await explainSpecNewest(found.states, asked.packet));
      } else {
        response.json(await explainFlowInForce(clock, found.states, await found.packets(1500), asked.flow));
      }
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/:id/findings')
    .get(async (request, response) => {
      const found = await library.get(request.params.id);
      const ofPackets = await findingsOfPackets(await found.packets(1500));
      response.json([...ofPackets, ...(await findingsOf(await found.nodeState()))]);
    })
    .all(methodNotAllowed('GET'));
  return router;
}

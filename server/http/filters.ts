// /api/filters/complete: the filter bar's offers, the same for every client.
import express, { type Router } from 'express';
import { z } from 'zod';
import type { Completions } from '../../api/filters.ts';
import { completeFilter } from '../../parsers/filter/complete.ts';
import { methodNotAllowed, valid } from './answers.ts';

const query = z.object({
  filter: z.string().max(4000),
  cursor: z.coerce.number({ error: 'is not a place in the filter' }).int().min(0).max(4000).optional(),
  count: z.coerce.number().int().min(1).max(500).default(50),
});

export function filters(): Router {
  const router = express.Router();
  router
    .route('/complete')
    .get((request, response) => {
      const { filter, cursor, count } = valid(query, request.query);
      const found = completeFilter(filter, cursor ?? filter.length, count);
      const answer: Completions = { ...found, items: [...found.items] };
      response.json(answer);
    })
    .all(methodNotAllowed('GET'));
  return router;
}

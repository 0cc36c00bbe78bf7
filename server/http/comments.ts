// /api/cases/:id/comments: what the files and people say of packets, sections and interfaces.
import express, { type Router } from 'express';
import { z } from 'zod';
import { commentsRequest } from '../../api/comments.ts';
import { commentsOf } from '../packets/commented.ts';
import type { Library } from '../store/library.ts';
import { methodNotAllowed, valid } from './answers.ts';

const query = z.object({ count: z.coerce.number().int().min(0).max(10_000).default(1000) });
const waitMs = 1500;

export function comments(library: Library): Router {
  const router = express.Router();
  router
    .route('/:id/comments')
    .get(async (request, response) => {
      const { count } = valid(query, request.query);
      const found = await library.get(request.params.id);
      response.json(commentsOf(await found.packets(waitMs), count));
    })
    .put(express.json({ limit: '8mb' }), async (request, response) => {
      const wanted = valid(commentsRequest, request.body);
      const found = await library.get(request.params.id);
      response.json({ comments: await found.comment(wanted) });
    })
    .all(methodNotAllowed('GET', 'PUT'));
  return router;
}

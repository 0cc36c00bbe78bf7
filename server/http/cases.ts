// /api/cases: the library, uploads and downloads.
import express, { type Router } from 'express';
import { z } from 'zod';
import { createCaseRequest, decodeAsRequest } from '../../api/schemas.ts';
import type { Library } from '../store/library.ts';
import { shownFile } from '../store/stored-case.ts';
import { methodNotAllowed, valid } from './answers.ts';
import { bodyOf } from './body.ts';

const fileQuery = z.object({ path: z.string({ error: 'say which file: ?path=node/pod-client.pcap' }) });

export function cases(library: Library): Router {
  const router = express.Router();
  router
    .route('/')
    .get(async (_request, response) => void response.json(await library.list()))
    .post(express.json({ limit: '16kb' }), async (request, response) => {
      const { name } = valid(createCaseRequest, request.body);
      const created = await library.create(name);
      response.status(201).json(await created.detail());
    })
    .all(methodNotAllowed('GET', 'POST'));

  router
    .route('/:id')
    .get(async (request, response) => {
      const found = await library.get(request.params.id);
      response.json(await found.detail());
    })
    .delete(async (request, response) => {
      await library.remove(request.params.id);
      response.status(204).end();
    })
    .all(methodNotAllowed('GET', 'DELETE'));

  router
    .route('/:id/decode-as')
    .put(express.json({ limit: '64kb' }), async (request, response) => {
      const { rules } = valid(decodeAsRequest, request.body);
      const found = await library.get(request.params.id);
      response.json({ rules: await found.setDecodeAs(rules) });
    })
    .all(methodNotAllowed('PUT'));

  router
    .route('/:id/files')
    .get(async (request, response) => {
      const found = await library.get(request.params.id);
      const { body, name } = found.download(valid(fileQuery, request.query).path);
      // Always a download: what somebody uploaded never runs as a page of ours.
      response.attachment(name).type('application/octet-stream');
      for await (const chunk of body) {
        if (response.destroyed) return;
        if (!response.write(chunk))
          await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      }
      response.end();
    })
    .put(async (request, response) => {
      const body = bodyOf(request);
      try {
        const { path } = valid(fileQuery, request.query);
        library.checkAnnounced(Number(request.headers['content-length'] ?? 0));
        const found = await library.get(request.params.id);
        response.json(shownFile(await found.receive(path, body)));
      } catch (error) {
        body.discard();
        response.setHeader('Connection', 'close');
        throw error;
      }
    })
    .all(methodNotAllowed('GET', 'PUT'));
  return router;
}

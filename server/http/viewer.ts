// The viewer's files: hashed assets for ever, the page itself always fresh, and the page for every path of its own.
import path from 'node:path';
import express, { type Router } from 'express';

export function viewer(folder: string): Router {
  const router = express.Router();
  const assets = { immutable: true, maxAge: '365d', index: false, fallthrough: false };
  router.use('/assets', express.static(path.join(folder, 'assets'), assets));
  router.use(express.static(folder, { index: false, maxAge: 0 }));
  router.get('/{*path}', (request, response, next) => {
    // A missing file is missing; what a browser wants to show is a page of the viewer (case ids have dots in them).
    const isPage = (request.headers.accept ?? '').includes('text/html') || path.extname(request.path) === '';
    if (!isPage || request.path.startsWith('/api/')) return next();
    response.setHeader('Cache-Control', 'no-cache');
    response.sendFile('index.html', { root: folder });
  });
  return router;
}

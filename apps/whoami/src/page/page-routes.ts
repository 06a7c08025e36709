import type { RequestListener } from 'node:http';
import { fileURLToPath } from 'node:url';
import express, { Router } from 'express';
import { idpOrigins, type PageOptions, pageFacts } from './page-facts.ts';
import { commonHeaders, pageHeaders } from './page-headers.ts';
import { renderPage } from './render-page.ts';

const browserFolder = fileURLToPath(new URL('./browser', import.meta.url));

/** Seconds after which to look again while the IdP is waited for. */
const RETRY_AFTER_SECONDS = 2;

/** The page for people at `/`, and its files under `/page/`. */
export function createPageRoutes(options: PageOptions): Router {
  const facts = pageFacts(options);
  const page = renderPage(options, facts);
  const headers = pageHeaders(idpOrigins(options.guard?.connection));
  const router = Router();
  router.get('/', (_, response) => {
    response.set(headers);
    // A person sees the page all the same; a program, and the page itself, sees that it has to wait.
    if (facts.state === 'waiting') response.status(503).set('Retry-After', String(RETRY_AFTER_SECONDS));
    response.type('html').send(page);
  });
  router.use(
    '/page',
    express.static(browserFolder, {
      index: false,
      redirect: false,
      // Checked each time, so that a new version of the server never runs with an old script.
      setHeaders: (response) => {
        for (const [name, value] of Object.entries({ ...commonHeaders, 'Cache-Control': 'no-cache' })) {
          response.setHeader(name, value);
        }
      },
    }),
  );
  return router;
}

/** The page while the IdP is waited for; `otherwise` answers everything else. */
export function createWaitingPage(options: PageOptions, otherwise: RequestListener): RequestListener {
  return express()
    .disable('x-powered-by')
    .use(createPageRoutes(options))
    .use((request, response) => otherwise(request, response));
}

import { describeChromium, type Page } from '@mcp-whoami/testkit/chromium';
import { afterAll, beforeAll, it } from 'vitest';
import { openAlbum } from './album.ts';
import { type InspectorPage, openInspector } from './inspector-page.ts';
import { type Inspector, startInspector } from './start-inspector.ts';

/** The narrowest at which Inspector shows all of itself. */
const viewport = { width: 1280, height: 720 };

/** A walk takes seconds, unless the machine is busy. */
const walkTimeout = 120_000; // ms

export type Walker = {
  /** Whatever the browser shows, Inspector or not. */
  page: Page;
  inspector: InspectorPage;
  /** Leaves a picture of this step. */
  take: Awaited<ReturnType<typeof openAlbum>>['take'];
};

/** A test in which a person walks through Inspector. One that fails says where its pictures are. */
export type Walk = (name: string, steps: (walker: Walker) => Promise<void>) => void;

/** Walks that share one Inspector; each is a person who has never been there. */
export const describeWalks = (body: (walk: Walk, inspector: () => Inspector) => void): void =>
  describeChromium('MCP Inspector', (openPage) => {
    let running: Inspector;
    beforeAll(async () => {
      running = await startInspector();
    });
    afterAll(() => running[Symbol.asyncDispose]());

    const walk: Walk = (name, steps) =>
      it(name, { timeout: walkTimeout }, async () => {
        // Results are read with Inspector's Copy button: its editor draws only the lines in view.
        await using page = await openPage({ viewport, permissions: ['clipboard-read', 'clipboard-write'] });
        const { folder, take } = await openAlbum(name, page);
        try {
          await steps({ page, take, inspector: await openInspector(page, running) });
        } catch (error) {
          await take('failed').catch(() => {});
          throw new Error(`${error}\nPictures of the walk: ${folder}`, { cause: error });
        }
      });
    body(walk, () => running);
  });

import type { OpenPage, Page } from '@mcp-whoami/testkit/chromium';
import { it } from 'vitest';
import { openAlbum } from './album.ts';
import { type InspectorPage, openInspector } from './inspector-page.ts';
import type { Inspector } from './start-inspector.ts';

/** The narrowest at which Inspector shows all of itself. */
const viewport = { width: 1280, height: 720 };

export type Walker = {
  /** Whatever the browser shows, Inspector or not. */
  page: Page;
  inspector: InspectorPage;
  /** Leaves a picture of this step. */
  take: Awaited<ReturnType<typeof openAlbum>>['take'];
};

/** A test in which a person walks through Inspector. One that fails says where its pictures are. */
export const walk = (
  name: string,
  { openPage, inspector }: { openPage: OpenPage; inspector: () => Inspector },
  steps: (walker: Walker) => Promise<void>,
): void => {
  it(name, async () => {
    // Results are read with Inspector's Copy button: its editor draws only the lines in view.
    await using page = await openPage({ viewport, permissions: ['clipboard-read', 'clipboard-write'] });
    const { folder, take } = await openAlbum(name, page);
    try {
      await steps({ page, take, inspector: await openInspector(page, inspector()) });
    } catch (error) {
      await take('failed').catch(() => {});
      if (error instanceof Error) error.message += `\nPictures of the walk: ${folder}`;
      throw error;
    }
  });
};

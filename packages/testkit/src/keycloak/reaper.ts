import { getContainerRuntimeClient, getReaper } from 'testcontainers';

/** Read by testcontainers, and handed on to the processes that the tests run in. */
const disabled = 'TESTCONTAINERS_RYUK_DISABLED';

/**
 * testcontainers has a container of its own (Ryuk) that removes what a killed run leaves behind. Where that cannot
 * start, because no registry has its image for example, testcontainers starts nothing at all, unless told to do
 * without: so it is told.
 */
export const doWithoutReaperWhereNone = async (): Promise<void> => {
  if (process.env[disabled] === 'true') return;
  const client = await getContainerRuntimeClient();
  try {
    await getReaper(client);
  } catch (error) {
    process.env[disabled] = 'true';
    process.stderr.write(
      `Ryuk does not start, so the tests do without: the containers of a run that is killed stay. ${error}\n`,
    );
  }
};

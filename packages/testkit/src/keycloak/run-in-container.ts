import { getContainerRuntimeClient } from 'testcontainers';

/** Runs a bash script in a container that runs, and gives its output. Throws where it fails. */
export const runInContainer = async (
  containerId: string,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const { container } = await getContainerRuntimeClient();
  const { output, exitCode } = await container.exec(container.getById(containerId), ['bash', '-c', script], {
    env: { ...environment },
  });
  if (exitCode !== 0) throw new Error(`The script ends with ${exitCode}:\n${script}\n${output}`);
  return output;
};

import { getContainerRuntimeClient, ImageName } from 'testcontainers';
import { skipOutsideCi } from '../skip-outside-ci.ts';

/** Whether Docker has an image, or its registry gives it. Where not, one line says so; with `CI` set it throws. */
export const haveImage = async (image: string): Promise<boolean> => {
  const { image: images } = await getContainerRuntimeClient();
  const name = ImageName.fromString(image);
  try {
    await images.pull(name);
    // The registry's refusal in the middle of an answer does not make `pull` throw.
    if (await images.exists(name)) return true;
    throw new Error('it was not pulled');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    skipOutsideCi(
      `Some tests need the image ${image}, which is not here and cannot be pulled: ${why.trim()}. Where no registry answers, scripts/container-images builds it`,
    );
    return false;
  }
};

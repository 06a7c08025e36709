import { showStep } from '../show/step-list.js';
import { StepFailure } from '../step-failure.js';
import { printable } from '../wire/printable.js';
import { recordingFetch } from '../wire/recording-fetch.js';
import { createSecrets } from '../wire/secrets.js';

/** @import { Ask } from '../wire/recording-fetch.js' */
/** @import { Step, StepId } from './steps.js' */

/** A walk that ends at a step, which says why. */
export class WalkEnded extends Error {
  /** @param {Step} step */
  constructor(step) {
    super(`${step.id} failed`);
    this.name = 'WalkEnded';
    this.step = step;
  }
}

/** @typedef {ReturnType<typeof createWalk>} Walk */

/**
 * A walk through the steps of a sign-in.
 *
 * @param {Step[]} steps
 */
export function createWalk(steps) {
  const secrets = createSecrets();
  return {
    steps,
    secrets,
    /**
     * Takes a step: what the action throws is shown at the step, and ends the walk.
     *
     * @template Result
     * @param {StepId} id
     * @param {(step: Step, ask: Ask) => Promise<Result> | Result} action
     * @returns {Promise<Result>}
     * @throws {WalkEnded}
     */
    async take(id, action) {
      const step = steps.find((candidate) => candidate.id === id);
      if (step === undefined) throw new TypeError(`there is no step ${id}`);
      step.state = 'running';
      showStep(step);
      try {
        const result = await action(step, recordingFetch(step, secrets));
        if (step.state === 'running') step.state = 'done';
        step.summary = secrets.hide(step.summary);
        return result;
      } catch (error) {
        step.state = 'failed';
        step.summary = secrets.hide(error instanceof Error ? error.message : String(error));
        const { advice, words } = error instanceof StepFailure ? error : { advice: [], words: '' };
        step.advice = advice.map(secrets.hide);
        step.words = printable(secrets.hide(words));
        throw new WalkEnded(step);
      } finally {
        showStep(step);
      }
    },
  };
}

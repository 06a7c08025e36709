import { NoAnswer } from './exchange.js';
import { createSecrets } from './secrets.js';
import { showStep } from './step-list.js';
import { StepFailure } from './steps.js';

/** @import { Facts } from './facts.js' */
/** @import { Secrets } from './secrets.js' */
/** @import { Step, StepId } from './steps.js' */

/**
 * A walk through the steps of a sign-in.
 *
 * @typedef {object} Walk
 * @property {Facts} facts
 * @property {Step[]} steps
 * @property {Secrets} secrets
 */

/**
 * @param {Facts} facts
 * @param {Step[]} steps
 * @returns {Walk}
 */
export function createWalk(facts, steps) {
  return { facts, steps, secrets: createSecrets() };
}

/** A walk that ends at a step, which says why. */
export class WalkEnded extends Error {
  /** @param {Step} step */
  constructor(step) {
    super(`${step.id} failed`);
    this.name = 'WalkEnded';
    this.step = step;
  }
}

/**
 * Takes a step: what the action throws is shown at the step, and ends the walk.
 *
 * @template Result
 * @param {Walk} walk
 * @param {StepId} id
 * @param {(step: Step) => Promise<Result> | Result} action
 * @returns {Promise<Result>}
 * @throws {WalkEnded}
 */
export async function takeStep({ steps, secrets }, id, action) {
  const step = steps.find((candidate) => candidate.id === id);
  if (step === undefined) throw new TypeError(`there is no step ${id}`);
  step.state = 'running';
  showStep(step);
  try {
    const result = await action(step);
    if (step.state === 'running') step.state = 'done';
    step.summary = secrets.hide(step.summary);
    showStep(step);
    return result;
  } catch (error) {
    step.state = 'failed';
    step.summary = secrets.hide(error instanceof Error ? error.message : String(error));
    step.advice = error instanceof StepFailure ? error.advice.map(secrets.hide) : [];
    showStep(step);
    throw new WalkEnded(step);
  }
}

/**
 * Turns "no answer" into a failure with a reason; any other error stays what it is.
 *
 * @template Result
 * @param {Promise<Result>} asking
 * @param {Record<NoAnswer['kind'], [reason: string, ...advice: string[]]>} texts
 * @returns {Promise<Result>}
 */
export async function orFail(asking, texts) {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const [reason, ...advice] = texts[error.kind];
    throw new StepFailure(reason, advice);
  }
}

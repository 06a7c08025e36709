/** Why a step cannot be taken, and what to do about it. */
export class StepFailure extends Error {
  /**
   * @param {string} reason
   * @param {string[]} advice
   */
  constructor(reason, advice) {
    super(reason);
    this.name = 'StepFailure';
    this.advice = advice;
  }
}

/** Why a step cannot be taken, and what to do about it. */
export class StepFailure extends Error {
  /**
   * @param {string} reason
   * @param {string[]} advice
   * @param {string} [words] What the identity provider itself says of it.
   */
  constructor(reason, advice, words = '') {
    super(reason);
    this.name = 'StepFailure';
    this.advice = advice;
    this.words = words;
  }
}

import { stepTexts } from '../walk/steps.js';
import { announce, byId, element } from './dom.js';

/** @import { Exchange, Step } from '../walk/steps.js' */

const stateTexts = {
  pending: 'not yet',
  running: 'now',
  done: 'done',
  warning: 'done, with a doubt',
  failed: 'failed',
};

/**
 * Shows the steps, all of them.
 *
 * @param {Step[]} steps
 */
export function showSteps(steps) {
  byId('steps', HTMLElement).replaceChildren(...steps.map(stepItem));
}

/**
 * Shows a step again, as it is now, and says so.
 *
 * @param {Step} step
 */
export function showStep(step) {
  document.getElementById(`step-${step.id}`)?.replaceWith(stepItem(step));
  if (step.state !== 'running')
    announce(`${stepTexts[step.id].title}: ${stateTexts[step.state]}. ${step.summary}`);
}

/**
 * Takes the reader to a step that failed.
 *
 * @param {Step} step
 */
export function focusStep(step) {
  const heading = document.querySelector(`#step-${step.id} h3`);
  if (heading instanceof HTMLElement) heading.focus();
}

/** @param {Step} step */
function stepItem({ id, state, summary, words, exchanges, advice }) {
  const { title, purpose } = stepTexts[id];
  const failed = state === 'failed';
  const heading = element('h3', { tabindex: '-1' }, title);
  // The eye sees what is pending by the empty circle.
  const kind = state === 'pending' ? 'visually-hidden' : 'step-state';
  heading.append(' ', element('span', { class: kind }, stateTexts[state]));
  return element(
    'li',
    {
      id: `step-${id}`,
      'data-step': id,
      'data-state': state,
      ...(state === 'running' ? { 'aria-current': 'step' } : {}),
    },
    heading,
    element('p', { class: summary === '' ? 'purpose' : 'summary' }, summary || purpose),
    ...(words === '' ? [] : [quotation(words)]),
    ...(advice.length === 0 ? [] : [adviceBox(advice)]),
    ...exchanges.map((exchange, index) =>
      exchangeDetails(exchange, failed && index === exchanges.length - 1),
    ),
  );
}

/** @param {string} words */
function quotation(words) {
  return element(
    'figure',
    { class: 'words' },
    element('figcaption', {}, 'The identity provider’s own words'),
    element('blockquote', { dir: 'auto' }, words),
  );
}

/** @param {string[]} advice */
function adviceBox(advice) {
  return element(
    'div',
    { class: 'advice' },
    element('h4', {}, 'What to do'),
    element('ul', {}, ...advice.map((line) => element('li', {}, line))),
  );
}

/**
 * @param {Exchange} exchange
 * @param {boolean} open
 */
function exchangeDetails({ line, request, response }, open) {
  return element(
    'details',
    { class: 'exchange', ...(open ? { open: '' } : {}) },
    element('summary', {}, element('code', {}, line)),
    element('h4', {}, 'Request'),
    element('pre', {}, request),
    element('h4', {}, 'Response'),
    element('pre', {}, response),
  );
}

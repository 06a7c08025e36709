import { wellKnownUrls } from '@mcp-whoami/provider/idp';
import type { Check } from '../check.ts';
import { ok, skipped } from '../finding.ts';
import { probe } from '../probe.ts';

/** Seconds by which two clocks may differ without a word. */
const TOLERANCE_SECONDS = 30;

/** Whether this machine and the identity provider have the same time, by the `Date` of an answer (RFC 9110 §6.6.1). */
export const clockCheck: Check = {
  title: 'Clock',
  run: async ({ subject: { idp }, view }) => {
    const issuer = idp?.issuer ?? view?.issuer;
    if (issuer === undefined) {
      return [skipped('clock', 'The clock of the identity provider.', 'Its address is not known.')];
    }
    const url = idp?.discoveryUrl ?? wellKnownUrls(issuer).oidc;
    const asked = Date.now();
    const { answer } = await probe(url);
    const between = (asked + Date.now()) / 2;
    const said = Date.parse(answer?.headers.get('date') ?? '');
    if (Number.isNaN(said)) {
      return [skipped('clock', 'The clock of the identity provider.', 'No answer of it says the time.')];
    }
    const ahead = Math.round((said - between) / 1000);
    if (Math.abs(ahead) <= TOLERANCE_SECONDS) {
      return [ok('clock', 'The identity provider has the same time as this machine.')];
    }
    const isAhead = ahead > 0;
    return [
      {
        id: 'clock',
        severity: isAhead ? 'error' : 'warning',
        title: `The identity provider’s clock is ${Math.abs(ahead)} s ${isAhead ? 'ahead of' : 'behind'} this machine’s.`,
        why: isAhead
          ? 'Each fresh token is refused, as it seems to be from the future (`iat`, `nbf`).'
          : 'Tokens expire here sooner than the identity provider means, short-lived ones at once.',
        mend: ['Set both clocks by NTP: `timedatectl` shows whether this machine’s is.'],
      },
    ];
  },
};

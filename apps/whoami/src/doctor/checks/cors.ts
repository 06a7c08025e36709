import type { Check, Evidence } from '../check.ts';
import { type Finding, ok, skipped } from '../finding.ts';
import { outcomeOf, type Probe, probe } from '../probe.ts';
import { PAGE_ORIGIN } from '../view/public-answers.ts';

/** An endpoint that a client in a web page has to read. */
interface PageEndpoint {
  name: string;
  url: string;
  ask(url: string): Promise<Probe>;
}

const headers = { origin: PAGE_ORIGIN };

const get = (url: string) => probe(url, { headers, redirects: 3 });

/** What a browser asks before the request itself (Fetch standard, "CORS-preflight fetch"). */
const preflight = (url: string) =>
  probe(url, {
    method: 'OPTIONS',
    headers: {
      ...headers,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });

/** Whether clients that run in a web page, as MCP Inspector can, may read what they have to. */
export const corsCheck: Check = {
  title: 'Clients in a web page (CORS)',
  run: async (evidence) => {
    const endpoints = endpointsOf(evidence);
    if (endpoints.length === 0) {
      return [skipped('cors', 'The endpoints that pages read.', 'They are not known, or not up.')];
    }
    return Promise.all(endpoints.map(judge));
  },
};

function endpointsOf({ view, answers, subject }: Evidence): PageEndpoint[] {
  if (view === undefined) return [];
  const { found, metadata, reach } = view;
  const own = subject.publicUrl;
  const isHere = (url: string) => own !== undefined && (url === own || url.startsWith(`${own}/`));
  const known: [string, string | undefined, (url: string) => Promise<Probe>][] = [
    ['metadata', found?.url, get],
    ['token endpoint', metadata?.token_endpoint, preflight],
    ['registration endpoint', metadata?.registration_endpoint, preflight],
    ['keys', metadata?.jwks_uri, get],
    ['resource', answers?.isUp ? subject.resource : undefined, preflight],
  ];
  return known.flatMap(([name, url, ask]) =>
    url === undefined || (isHere(url) && answers?.isUp !== true) ? [] : [{ name, url: reach(url), ask }],
  );
}

async function judge({ name, url, ask }: PageEndpoint): Promise<Finding> {
  const id = `cors.${name.replaceAll(' ', '-')}`;
  const asked = await ask(url);
  const allowed = asked.answer?.headers.get('access-control-allow-origin');
  if (asked.answer === undefined) {
    return skipped(id, `Pages and the ${name}.`, `It gives no answer: ${outcomeOf(asked)}.`);
  }
  if (allowed === '*' || allowed === PAGE_ORIGIN) return ok(id, `Pages may use the ${name}.`);
  return {
    id,
    severity: 'warning',
    title: `Pages may not use the ${name}: ${outcomeOf(asked)} without Access-Control-Allow-Origin.`,
    why: 'A client that runs in a web page cannot sign in. Clients outside a browser are not stopped by it.',
    mend: [
      name === 'resource'
        ? 'Have the proxy hand on OPTIONS, and leave the answer’s headers as they are.'
        : 'Allow the origin of that page at the identity provider: CORS, web origins, or an application of the type “single page”.',
    ],
  };
}

/** A scenario, and those of its checks that fail; the one of the same name unless told. */
type Failing = readonly [scenario: string, ...checks: string[]];

/**
 * The scenarios that want what a server under this suite is made with and this one has not, by what that is. All they
 * find is that it is not there.
 */
const wanting: Record<string, readonly Failing[]> = {
  'tools of the suite, named test_…: this server has one, whoami': [
    ['tools-call-audio'],
    ['tools-call-embedded-resource'],
    ['tools-call-image'],
    ['tools-call-mixed-content'],
    ['tools-call-with-logging'],
    ['tools-call-with-progress'],
    ['json-schema-2020-12', 'json-schema-2020-12-tool-found'],
    [
      'server-stateless',
      'sep-2575-server-rejects-undeclared-capability',
      'sep-2575-missing-capability-http-400',
      'sep-2575-http-server-no-independent-requests-on-stream',
      'sep-2575-server-no-log-without-loglevel',
    ],
  ],
  'arguments of a tool that stand in headers (x-mcp-header): whoami has no arguments': [
    [
      'http-custom-header-server-validation',
      'sep-2243-server-no-xmcp-tool',
      'sep-2243-server-decode-base64',
      'sep-2243-server-validate-param-match',
      'sep-2243-server-reject-invalid-param-chars',
      'sep-2243-server-reject-param-mismatch',
    ],
  ],
  'requests to the client, for a person or a model: this server asks nothing of clients': [
    ['tools-call-elicitation'],
    ['tools-call-sampling'],
    ['elicitation-sep1034-defaults', 'elicitation-sep1034-general'],
    ['elicitation-sep1330-enums', 'elicitation-sep1330-general'],
    ['input-required-result-basic-elicitation', 'sep-2322-elicitation-incomplete'],
    ['input-required-result-basic-list-roots', 'sep-2322-list-roots-incomplete'],
    ['input-required-result-basic-sampling', 'sep-2322-sampling-incomplete'],
    ['input-required-result-capability-check', 'sep-2322-respect-client-capabilities'],
    ['input-required-result-multi-round', 'sep-2322-multi-round-r1'],
    ['input-required-result-multiple-input-requests', 'sep-2322-multiple-inputs-incomplete'],
    ['input-required-result-non-tool-request', 'sep-2322-non-tool-incomplete'],
    ['input-required-result-request-state', 'sep-2322-request-state-incomplete'],
    ['input-required-result-result-type', 'sep-2322-result-type-included'],
    ['input-required-result-tampered-state', 'sep-2322-reject-tampered-state'],
  ],
  'prompts and resources: this server has tools alone': [
    ['completion-complete'],
    ['prompts-get-embedded-resource'],
    ['prompts-get-simple'],
    ['prompts-get-with-args'],
    ['prompts-get-with-image'],
    ['prompts-list'],
    ['resources-list'],
    ['resources-read-binary'],
    ['resources-read-text'],
    ['resources-subscribe'],
    ['resources-templates-read'],
    ['resources-unsubscribe'],
    [
      'caching',
      'sep-2549-prompts-list-caching-hints',
      'sep-2549-resources-list-caching-hints',
      'sep-2549-resources-templates-list-caching-hints',
    ],
  ],
  'levels of logging: this server sends no log to clients': [['logging-set-level']],
};

/** In the older revisions these hold: there an unknown tool is a text that says so, which is all they look for. */
const wantingSince20260728: readonly Failing[] = [['tools-call-error'], ['tools-call-simple-text']];

/** What fails of some scenarios for want of a fixture: the checks of each, none where all of it holds. */
export const missingFixtures = (scenarios: readonly string[], revision: string | undefined) => {
  const more = revision === '2026-07-28' ? wantingSince20260728 : [];
  const known = new Map(
    [...Object.values(wanting).flat(), ...more].map(([scenario, ...checks]) => [
      scenario,
      checks.length > 0 ? checks : [scenario],
    ]),
  );
  return Object.fromEntries(scenarios.map((scenario) => [scenario, known.get(scenario) ?? []]));
};

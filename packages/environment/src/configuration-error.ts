/** One thing that is wrong with the configuration, and how to put it right. */
export interface ConfigurationProblem {
  /** What to change: the field of the options, or the environment variable. */
  setting: string;
  expected: string;
  /** Nothing when it is not set; a placeholder when it is a secret. */
  found?: string | undefined;
  /** An assignment that works. */
  example?: string | undefined;
  /** The assignment that was probably meant, which was tried: shown instead of the example. */
  mend?: string | undefined;
  /** What else helps to find the cause. */
  hint?: string | undefined;
}

/** The configuration cannot work. `message` names every wrong setting, what was expected and an example. */
export class ConfigurationError extends Error {
  readonly code = 'configuration_invalid';
  readonly problems: readonly ConfigurationProblem[];

  /** @param problems of which the first of each setting is told: the others mostly follow from it. */
  constructor(problems: readonly ConfigurationProblem[], cause?: unknown) {
    const first = problems.filter(
      ({ setting }, index) => problems.findIndex((other) => other.setting === setting) === index,
    );
    super(first.map(describeProblem).join('\n'), { cause });
    this.name = 'ConfigurationError';
    this.problems = first;
  }
}

function describeProblem({ setting, expected, found, example, mend, hint }: ConfigurationProblem): string {
  const lines = [found === undefined ? `${setting} is not set.` : `${setting} does not work: ${found}`];
  lines.push(`  expected: ${expected}`);
  if (hint !== undefined) lines.push(`  ${hint}`);
  if (mend !== undefined) lines.push(`  paste:    ${mend}`);
  else if (example !== undefined) lines.push(`  example:  ${example}`);
  return lines.join('\n');
}

/** `error` stops a sign-in; `skipped` could not be looked at, and `why` says why not. */
export type Severity = 'error' | 'warning' | 'ok' | 'skipped';

/** One thing that the doctor looked at. Nothing in it is a token, a secret, or an IdP's own error text. */
export interface Finding {
  /** Stable, for programs: `keys.unusable`. */
  id: string;
  severity: Severity;
  /** What was found. */
  title: string;
  /** Why it matters, or why it was not looked at. */
  why?: string | undefined;
  /** What to do, a line for each: assignments as they can be pasted. */
  mend?: readonly string[] | undefined;
}

/** Findings of one kind, under a heading. */
export interface Section {
  title: string;
  findings: readonly Finding[];
}

/** Says of what cannot be looked at why not. */
export function skipped(id: string, title: string, why: string, mend?: readonly string[]): Finding {
  return { id, severity: 'skipped', title, why, mend };
}

export function ok(id: string, title: string): Finding {
  return { id, severity: 'ok', title };
}

/** Whether a finding stops a sign-in. */
export function stopsSignIn({ severity }: Finding): boolean {
  return severity === 'error';
}

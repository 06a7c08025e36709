import type { Finding } from './finding.ts';
import type { Subject } from './subject.ts';
import type { ClientsView } from './view/clients-view.ts';
import type { PublicAnswers } from './view/public-answers.ts';

/** What the checks look at: what is configured, and what was seen from outside. */
export interface Evidence {
  subject: Subject;
  /** What the public address answers; nothing where it is not known. */
  answers: PublicAnswers | undefined;
  /** What an MCP client finds of its authorization server; nothing where its issuer is not known. */
  view: ClientsView | undefined;
}

/** A group of questions. Those of several groups are asked at once. */
export interface Check {
  title: string;
  run(evidence: Evidence): Promise<readonly Finding[]>;
}

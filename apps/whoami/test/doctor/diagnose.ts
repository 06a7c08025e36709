import type { Finding } from '../../src/doctor/finding.ts';
import type { DoctorOptions } from '../../src/doctor/options.ts';
import { runDoctor, type Surroundings } from '../../src/doctor/run-doctor.ts';
import { captureLog } from '../start-whoami.ts';

const nothingAsked: DoctorOptions = {
  json: false,
  register: false,
  signIn: false,
  token: false,
  clientId: undefined,
};

/** Runs the doctor in this process, and gives its findings. */
export async function diagnose(
  environment: Record<string, string>,
  options: Partial<DoctorOptions> = {},
  surroundings: Partial<Surroundings> = {},
) {
  const { logger } = captureLog();
  const report = await runDoctor(
    environment,
    { ...nothingAsked, ...options },
    { logger, show: () => {}, readToken: async () => '', ...surroundings },
  );
  const findings: readonly Finding[] = report.sections.flatMap((section) => section.findings);
  const of = (severity: Finding['severity']) =>
    findings.filter((each) => each.severity === severity).map(({ id }) => id);
  return {
    report,
    findings,
    find: (id: string) => findings.find((each) => each.id === id),
    errors: of('error'),
    warnings: of('warning'),
    skipped: of('skipped'),
  };
}

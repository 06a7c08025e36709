import { isLoopbackHost } from '@mcp-whoami/environment';
import { type Finding, ok } from '../finding.ts';
import { probe } from '../probe.ts';

const id = 'address.plain-http';

/** What plain http answers where the public URL is https: a redirect, or nothing. */
export async function plainHttpFindings(publicUrl: string): Promise<Finding[]> {
  const { protocol, port, hostname, host, pathname } = new URL(publicUrl);
  if (protocol !== 'https:' || port !== '' || isLoopbackHost(hostname)) return [];
  const { answer } = await probe(`http://${host}${pathname === '/' ? '' : pathname}/mcp`, { method: 'POST' });
  if (answer === undefined) return [ok(id, 'Plain http leads to https, or nowhere.')];
  if (answer.status !== 401 && answer.status >= 300) return [ok(id, 'Plain http is not served.')];
  return [
    {
      id,
      severity: 'warning',
      title: 'The server answers over plain http too.',
      why: 'A client that calls it so sends its token where anybody on the way can read it.',
      mend: ['Have the proxy redirect http to https.'],
    },
  ];
}

import type { Answer } from '../serve.ts';

const defaultSize = 30;
const maxSize = 100;

/** One page of a list, and where the others are (RFC 8288). */
export const pageOf = (url: URL, entries: readonly unknown[]): Answer => {
  const number = (name: string) => Math.trunc(Number(url.searchParams.get(name) ?? 0));
  const size = Math.min(number('per_page') || defaultSize, maxSize);
  const page = Math.max(number('page'), 1);
  const last = Math.max(Math.ceil(entries.length / size), 1);
  const links: string[] = [];
  const link = (to: number, relation: string) => {
    const target = new URL(url);
    target.searchParams.set('page', String(to));
    links.push(`<${target.href}>; rel="${relation}"`);
  };
  if (page > 1) link(page - 1, 'prev');
  if (page < last) link(page + 1, 'next');
  if (page < last) link(last, 'last');
  if (page > 1) link(1, 'first');
  return {
    status: 200,
    ...(links.length > 0 ? { headers: { link: links.join(', ') } } : {}),
    body: entries.slice((page - 1) * size, page * size),
  };
};

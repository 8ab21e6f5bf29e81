import type { PhoneNumber } from '../phone-numbers/phone-number';
import type { PhoneNumberRegistry } from '../phone-numbers/phone-number-registry';
import { type ApiAnswer, type ApiRoute, refusal } from './api-route';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1_000;

/** GET /v2/phone-number: pages, a search over name and number, sorted by creation. */
export function phoneNumberPageRoute(numbers: PhoneNumberRegistry): ApiRoute {
  return { method: 'GET', path: /^\/v2\/phone-number$/, answer: ({ query }) => page(numbers, query) };
}

function page(numbers: PhoneNumberRegistry, query: URLSearchParams): ApiAnswer {
  const currentPage = Number(query.get('page') ?? 1);
  const itemsPerPage = Number(query.get('limit') ?? DEFAULT_PAGE_SIZE);
  if (!(currentPage >= 1) || !(itemsPerPage >= 1 && itemsPerPage <= MAX_PAGE_SIZE))
    return refusal(400, [`page must be at least 1, limit from 1 to ${MAX_PAGE_SIZE}`]);

  const search = query.get('search')?.toLowerCase() ?? '';
  const ascending = query.get('sortOrder') === 'ASC';
  const newestFirst = numbers.list(Infinity).filter((number) => mentions(number, search));
  const found = ascending ? newestFirst.reverse() : newestFirst;
  const start = (currentPage - 1) * itemsPerPage;
  const metadata = {
    itemsPerPage,
    totalItems: found.length,
    currentPage,
    totalPages: Math.ceil(found.length / itemsPerPage),
    hasNextPage: start + itemsPerPage < found.length,
    sortOrder: ascending ? 'ASC' : 'DESC',
  };
  return { status: 200, body: { results: found.slice(start, start + itemsPerPage), metadata } };
}

function mentions({ name, number }: PhoneNumber, search: string): boolean {
  return [name, number].some((text) => text?.toLowerCase().includes(search)) || search === '';
}

/** Search of the local Intercom: for any query, sort and page size the results equal a plain filter. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Answer, openIntercom, valueAt } from '../helpers/open-intercom.ts'

const ANY = { field: 'id', operator: '!=', value: 'none' }
const CONVERSATIONS = '/conversations/search'

describe('search', () => {
  const { call, searchAll, clock } = openIntercom()
  const middle = Math.floor(clock.now() / 1000) - 182 * 86_400
  const tag = (it: Answer) => (valueAt(it, 'tags.tags') as Answer[]).map(({ name }) => name)

  // For every query the result equals a plain filter over all records.
  const where = (field: string, operator: string, value: unknown) => ({ field, operator, value })
  test.each<[string, string, object, (it: Answer) => boolean]>([
    ['after a time', CONVERSATIONS, where('created_at', '>', middle), (it) => Number(it.created_at) > middle],
    ['not after a time', CONVERSATIONS, where('updated_at', '<=', middle), (it) => Number(it.updated_at) <= middle],
    ['a state', CONVERSATIONS, where('state', '=', 'closed'), (it) => it.state === 'closed'],
    ['another state', CONVERSATIONS, where('state', '!=', 'closed'), (it) => it.state !== 'closed'],
    ['no assignee', CONVERSATIONS, where('admin_assignee_id', '=', 0), (it) => it.admin_assignee_id === 0],
    ['read', CONVERSATIONS, where('read', '=', true), (it) => it.read === true],
    ['a tag', CONVERSATIONS, where('tag_ids', 'IN', ['1230001']), (it) => tag(it).includes('VIP')],
    [
      'a score',
      CONVERSATIONS,
      where('conversation_rating.score', '>', 3),
      (it) => Number(valueAt(it, 'conversation_rating.rating')) > 3,
    ],
    [
      'a word',
      CONVERSATIONS,
      where('source.body', '=', 'order?'),
      (it) => String(valueAt(it, 'source.body')).includes('order?'),
    ],
    [
      'an unassigned ticket',
      '/tickets/search',
      where('admin_assignee_id', '=', '0'),
      (it) => it.admin_assignee_id === 0,
    ],
    [
      'a category by its other word',
      '/tickets/search',
      where('category', '=', 'task'),
      (it) => it.category === 'Back-office',
    ],
    [
      'part of a name',
      '/contacts/search',
      where('name', '~', 'an'),
      (it) =>
        String(it.name ?? '')
          .toLowerCase()
          .includes('an'),
    ],
    [
      'the start of an address',
      '/contacts/search',
      where('email', '^', 'a'),
      (it) => String(it.email ?? '').startsWith('a'),
    ],
    ['leads', '/contacts/search', where('role', 'NIN', ['user']), (it) => it.role === 'lead'],
  ])('%s', async (_, path, query, matches) => {
    const expected = (await searchAll(path, ANY)).filter(matches).map(({ id }) => id)
    expect(expected.length).toBeGreaterThan(0)
    expect((await searchAll(path, query)).map(({ id }) => id).sort()).toEqual(expected.sort())
  })

  test('two levels of groups, and unknown ids', async () => {
    const id = { field: 'id', operator: 'IN', value: ['215400000000003', '215400000000007', '1', '215400000000003'] }
    const either = {
      operator: 'OR',
      value: [
        { field: 'open', operator: '=', value: true },
        { field: 'open', operator: '=', value: false },
      ],
    }
    const found = await searchAll(CONVERSATIONS, { operator: 'AND', value: [id, either] })
    expect(found.map(({ id }) => id).sort()).toEqual(['215400000000003', '215400000000007'])
  })

  test('times of contacts compare by whole days', async () => {
    const some = (await searchAll('/contacts/search', ANY))[50]
    const noon = Number(some?.created_at)
    const counts = await Promise.all(
      ['=', '>', '<'].map(async (operator) => {
        const found = await searchAll('/contacts/search', { field: 'created_at', operator, value: noon })
        return found.filter(({ id }) => id === some?.id).length
      }),
    )
    expect(counts).toEqual([1, 0, 0])
  })

  test('pages of any size, in both orders, return every record once', async () => {
    const all = (await searchAll(CONVERSATIONS, ANY)).map(({ id }) => id)
    const sort = fc.record({
      field: fc.constantFrom('created_at', 'updated_at', 'id'),
      order: fc.constantFrom('ascending', 'descending'),
    })
    await fc.assert(
      fc.asyncProperty(sort, fc.integer({ min: 20, max: 150 }), async (sort, size) => {
        const rows = await searchAll(CONVERSATIONS, ANY, { sort }, size)
        const keys = rows.map((it) => (sort.field === 'id' ? Number(it.id) : Number(it[sort.field])))
        expect(keys).toEqual([...keys].sort((a, b) => (sort.order === 'ascending' ? a - b : b - a)))
        expect(rows.map(({ id }) => id).sort()).toEqual([...all].sort())
      }),
      { numRuns: 20 },
    )
  })

  test('the last page has no `next`, and the cursor is a keyset', async () => {
    const asked = { query: ANY, sort: { field: 'created_at', order: 'ascending' }, pagination: { per_page: 150 } }
    const { body } = await call('POST', CONVERSATIONS, asked)
    expect(body).toMatchObject({
      total_count: 400,
      pages: { page: 1, per_page: 150, total_pages: 3, next: { page: 2 } },
    })
    const last = (body.conversations as Answer[])[149]
    const cursor = JSON.parse(Buffer.from(String(valueAt(body, 'pages.next.starting_after')), 'base64').toString())
    expect(cursor.slice(0, 3)).toEqual([Number(last?.created_at) * 1000, last?.id, 2])
    const whole = await call('POST', '/tickets/search', { query: { field: 'id', operator: '=', value: 'none' } })
    expect(whole.body.pages).toEqual({ type: 'pages', page: 1, per_page: 20, total_pages: 0 })
  })
})

/** Who may do what in the console: each page and action by level, and nothing offered that would be refused. */
import { describe, expect, test } from 'vitest'
import { actions, pages } from '../../../runtime/console/pages.ts'
import { accessOfAction, accessOfPage, mayAccess } from '../../../runtime/console/server/access.ts'
import type { VisitorAccess } from '../../../runtime/console/types.ts'
import { browser, LOCAL, openConsoleWithConnector, tokenIn } from '../../helpers/console.ts'
import { crawl, linksIn, seedPerson } from '../../helpers/crawl.ts'
import { reveal } from '../../helpers/reveal.ts'

const LEVELS: readonly VisitorAccess[] = ['view', 'read', 'operate', 'set-up']

/** Pages that not everyone may open. All others show no personal data to the level `view`: see below. */
const RESTRICTED_PAGES: Readonly<Record<string, VisitorAccess>> = {
  '/mappings/new': 'set-up',
  '/mappings/switch': 'set-up',
  '/alerts': 'set-up',
  '/events/:id/request': 'read',
  '/set-up': 'set-up',
  '/set-up/check': 'set-up',
  '/set-up/disconnect': 'set-up',
  '/set-up/people': 'set-up',
  '/set-up/:name': 'set-up',
  '/set-up/:name/callback': 'set-up',
}

/** Actions of another level than `operate`. */
const ACTIONS: Readonly<Record<string, VisitorAccess>> = {
  '/find': 'view',
  '/events/person': 'view',
  '/mappings/draft': 'set-up',
  '/mappings/save': 'set-up',
  '/mappings/switch': 'set-up',
  '/mappings/restore': 'set-up',
  '/records/reveal': 'read',
  '/records/hide': 'read',
  '/alerts/save': 'set-up',
  '/alerts/test': 'set-up',
  '/set-up/approve': 'set-up',
  '/set-up/finish': 'set-up',
  '/set-up/disconnect': 'set-up',
  '/set-up/address': 'set-up',
  '/set-up/people/invite': 'set-up',
  '/set-up/people/change': 'set-up',
  '/set-up/:name/client': 'set-up',
  '/set-up/:name/signing': 'set-up',
  '/set-up/:name/paste': 'set-up',
  '/set-up/:name/extras': 'set-up',
}

test('the table of pages and actions', () => {
  const restricted = pages.filter((page) => accessOfPage(page) !== 'view')
  expect(Object.fromEntries(restricted.map((page) => [page.path, accessOfPage(page)]))).toEqual(RESTRICTED_PAGES)
  const special = actions.filter((action) => accessOfAction(action) !== 'operate')
  expect(Object.fromEntries(special.map((action) => [action.path, accessOfAction(action)]))).toEqual(ACTIONS)
})

const filled = (path: string) =>
  path.replace('/metric/:name', '/metric/Rated%20Conversation').replace(/:\w+/g, 'intercom')

const shop = await openConsoleWithConnector(
  {
    visitor: ({ headers }) => ({
      id: '7',
      name: 'Ann',
      may: headers.get('cookie')?.match(/may=([\w-]+)/)?.[1] as 'view',
    }),
  },
  { conversations: 20, tickets: 15 },
)
const person = await seedPerson(shop)

function as(may: VisitorAccess) {
  const client = browser(shop.created, LOCAL)
  client.cookies.set('may', may)
  return client
}

const owner = as('set-up')
const search = await owner.post('/find', { what: person.email }, { from: '/find' })
for (const seq of [1, 2, 3]) await reveal(owner, seq)
const crawled = await crawl(shop, owner, ['/', search.headers.get('location') ?? '', '/find?ref=77'])
const pagesOf = (client: ReturnType<typeof as>) =>
  crawl(
    shop,
    client,
    crawled.flatMap(({ path, html }) => (html === '' ? [] : [path])),
  )

describe.each(LEVELS)('%s', (level) => {
  test.each(pages.map((page) => [page.path, page] as const))('opens %s or is refused', async (path, page) => {
    const answer = await shop.clock.until(as(level).get(filled(path)))
    expect(answer.status === 403).toBe(!mayAccess(level, accessOfPage(page)))
  })

  test.each(actions.map((action) => [action.path, action] as const))('sends %s or is refused', async (path, action) => {
    if (mayAccess(level, accessOfAction(action))) return
    const client = as(level)
    const body = new URLSearchParams({ csrf: tokenIn(await client.text('/find')) })
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: LOCAL }
    const answer = await client.send(filled(path), { method: 'POST', body: `${body}`, headers })
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('Not allowed')])
  })

  test('is offered no link and no form that would be refused', async () => {
    const offered = new Set<string>()
    for (const { path, html } of await pagesOf(as(level))) {
      for (const link of linksIn(html, path)) offered.add(`GET ${link.split('?')[0]}`)
      for (const [, action = ''] of html.matchAll(/<form method="post" action="([^"]*)"/g))
        offered.add(`POST ${action}`)
    }
    const refused = [...offered].filter((request) => {
      const [method, path = ''] = request.split(' ')
      const is = (pattern: string) => new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`).test(path)
      if (method === 'GET') return !mayAccess(level, accessOfPage(pages.find((one) => is(one.path)) ?? {}))
      const action = actions.find((one) => is(one.path))
      return action !== undefined && !mayAccess(level, accessOfAction(action))
    })
    expect(refused).toEqual([])
  })
})

test('the level view sees nothing of a person, wherever the links of an owner lead', async () => {
  const secrets = [person.email, person.email.split('@')[0] ?? '', person.remark]
  const findIn = (html: string) => secrets.filter((secret) => html.toLowerCase().includes(secret.toLowerCase()))
  // Otherwise it proves nothing.
  expect(new Set(crawled.flatMap(({ html }) => findIn(html)))).toEqual(new Set(secrets))
  const viewer = as('view')
  const shown: string[] = []
  for (const { path, html } of await pagesOf(viewer)) for (const secret of findIn(html)) shown.push(`${path} ${secret}`)
  expect(shown).toEqual([])
})

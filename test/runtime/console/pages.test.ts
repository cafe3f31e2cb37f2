/** The overview and the page of a metric: content, masking, and escaping of outside text. */
import { beforeAll, describe, expect, test } from 'vitest'
import { maskIdentifier } from '../../../runtime/lib/text/mask-identifier.ts'
import type { LedgerEvent } from '../../../runtime/ports/ledger.ts'
import { findContactWithEmail } from '../../helpers/connector-harness.ts'
import { openConsoleWithConnector } from '../../helpers/console.ts'
import { reveal } from '../../helpers/reveal.ts'

type Shop = Awaited<ReturnType<typeof openConsoleWithConnector>>

const HOSTILE = `"><img src=x onerror=alert(1)><script>alert('x')</script>&amp;`
const METRIC = '/metric/Rated%20Conversation'

/** A rated conversation of a contact with an e-mail address, hostile in every text. */
async function rate(shop: Shop, id: string, person: { id: string; email: string }): Promise<void> {
  const at = Math.floor(shop.clock.now() / 1000) - 5
  const author = { type: 'user', id: person.id, email: person.email, name: HOSTILE }
  const item = {
    type: 'conversation',
    id,
    created_at: at - 60,
    title: HOSTILE,
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: person.id }] },
    source: { type: 'conversation', author },
    tags: { tags: [{ id: '1', name: HOSTILE }] },
    custom_attributes: { [HOSTILE]: HOSTILE },
    conversation_rating: { rating: 4, created_at: at, updated_at: at, contact: { id: person.id } },
  }
  await shop.notify('conversation.rating.added', item, { id: `n-${id}` })
  await shop.work(2_000)
}

let shop: Shop
let person: { id: string; email: string }
let newest: LedgerEvent

beforeAll(async () => {
  shop = await openConsoleWithConnector({
    metricUrl: (metric) => ({ href: 'https://there.example/', label: `There: ${metric}` }),
  })
  person = await findContactWithEmail(shop.intercom)
  await rate(shop, '1', person)
  await rate(shop, '2', person)
  await shop.notify('ticket.created', { type: 'ticket', id: HOSTILE }, { id: `n-${HOSTILE}` })
  await shop.notify(HOSTILE, { type: 'thing', id: HOSTILE }, { id: 'n-thing' })
  await shop.work(2_000)
  const [event] = await shop.store.events({ metric: 'Rated Conversation', limit: 1 })
  if (event === undefined) throw new Error('nothing was delivered')
  newest = event
})

describe('the overview', () => {
  test('shows both connections, the delay, waiting and failed records', async () => {
    const page = textOf(await shop.browser().text('/'))
    expect(page).toMatch(/Intercom Last answer 2026-/)
    expect(page).toMatch(/Klaviyo Last answer 2026-/)
    expect(page).toMatch(/Delay [5-7]\.\d s From event to delivery: the median of the last 2 live events/)
    expect(page).toMatch(/Waiting 0 Live: 0. History: 0/)
    expect(page).toMatch(/Failed 1 record, by error\. View and retry/)
    expect(page).toContain('No mapping uses the topic unknown-topic 1')
    expect(page).toMatch(/Klaviyo: event 0 of 343 in 1 s; \d of 3,430 in 1 min/)
  })

  test('shows what happened by the hour, each number with its events', async () => {
    const page = await shop.browser().text('/')
    expect(textOf(page)).toMatch(/Today, live 2 Missed webhooks 0 · History 0 · Failed 1/)
    const rated = /<th scope="row"><a href="\/metric\/Rated%20Conversation\?range=24h">.*?<\/tr>/s.exec(page)?.[0] ?? ''
    expect(rated.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')).toMatch(/^ Rated Conversation 2 0 0 0 2026-/)
    expect(rated).toMatch(/href="\/events\?metric=Rated\+Conversation&amp;outcome=delivered&amp;origin=live&amp;since=/)
    for (const { metric } of shop.spec.mappings) expect(page).toContain(`/metric/${encodeURIComponent(metric)}`)
  })

  test('says which connection needs attention, and why', async () => {
    const fault = { kind: 'config', code: 'x/key', message: 'the key is not known there' } as const
    const failing = { lastSuccessAt: 1, lastFailure: { at: 2, fault }, limits: [] }
    const { browser } = await openConsoleWithConnector({
      connector: { connectionStats: () => ({ source: { limits: [] }, destination: failing }) },
    })
    const page = textOf(await browser().text('/'))
    expect(page).toMatch(/Klaviyo Last answer .+ The last request failed .+: The key is not known there/)
    expect(page).toMatch(/Intercom Last answer No answer yet/)
  })

  test('shows disabled metrics as off', async () => {
    const { spec } = shop
    const [first, ...rest] = spec.mappings
    const changed = { ...spec, mappings: rest, disabledMappings: first ? [first] : [] }
    const { browser } = await openConsoleWithConnector({ connector: { spec: changed } })
    expect(textOf(await browser().text('/'))).toContain(`${first?.metric} Off`)
    expect(textOf(await browser().text(`/metric/${encodeURIComponent(first?.metric ?? '')}`))).toContain(
      'enabled: true',
    )
  })
})

describe('a metric', () => {
  test('shows its events: time, ingress, status', async () => {
    const page = textOf(await shop.browser().text(METRIC))
    expect(page.match(/Webhook conversation\. ?rating\. ?added Delivered/g)).toHaveLength(2)
    expect(page).toContain('There: Rated Conversation')
  })

  test('shows beside them each property with its expression, and the files', async () => {
    const page = textOf(await shop.browser().text(METRIC))
    expect(page).toContain(
      'Conversation Parts Count statistics.count_conversation_parts mappings/_conversation.yaml:21:29',
    )
    expect(page).toMatch(/Conversation Rating \$part\.rating mappings\/rated-conversation\.yaml:\d+:\d+/)
    expect(page).toContain('Tags tags.tags.name as list else []')
    expect(page).toContain('topics: [conversation.rating.added]')
  })

  test('says who must act on a failed event', async () => {
    const page = textOf(await shop.browser().text('/metric/Created%20Ticket'))
    expect(page).toMatch(/Failed .+ mappings\/created-ticket\.yaml:\d+:\d+ \( \S+ \)\. Fix the mapping/)
  })

  test('answers 404 for an unknown metric', async () => {
    expect((await shop.browser().get('/metric/Nothing')).status).toBe(404)
    expect((await shop.browser().get(`/metric/${encodeURIComponent(HOSTILE)}`)).status).toBe(404)
  })

  test('masks profiles, and links each event to its page', async () => {
    const hidden = await shop.browser().text(METRIC)
    expect(hidden).toContain(maskIdentifier(person.email))
    expect(hidden).not.toContain(person.email)
    expect(hidden).toContain(`href="/events/${newest.id}"`)
    const page = await reveal(shop.browser(), newest.seq, newest.id)
    expect(page).toContain(person.email)
    expect(textOf(page)).toContain('Conversation Rating 4')
  })

  test('shows the delivery of an event whose record has expired', async () => {
    const store = new Proxy(shop.store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (name !== 'readRecord') return typeof value === 'function' ? value.bind(target) : value
        return async (seq: number) => {
          const { body: _, ...entry } = (await target.readRecord(seq)) ?? {}
          return entry
        }
      },
    })
    const { browser } = await openConsoleWithConnector({ connector: { store } })
    const page = textOf(await browser().text(`/events/${newest.id}`))
    expect(page).toContain('no longer kept')
    expect(page).toMatch(/Key sandbox1:rated-conversation:2:/)
    expect(page).not.toContain(person.email)
  })

  test.each(['x', '-1', '1e9', "1'--", '99999999999999999999'])('tolerates ?range=%s', async (value) => {
    const query = new URLSearchParams({ range: value })
    expect((await shop.browser().get(`${METRIC}?${query}`)).status).toBe(200)
  })
})

test.each(['/', METRIC, '/metric/Created%20Ticket', '/metric/Profile'])(
  '%s shows hostile text as text',
  async (path) => {
    const page = await shop.browser().text(path)
    expect(page).not.toContain('<img')
    expect(page.match(/<script/g)).toHaveLength(1)
  },
)

test('hostile content is shown as text on request', async () => {
  const page = await reveal(shop.browser(), newest.seq, newest.id)
  expect(page).not.toContain('<img')
  expect(page.match(/<script/g)).toHaveLength(1)
  expect(page).toContain('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;')
})

test('no personal data and no secret reaches the log', () => {
  const log = shop.logged.join('\n')
  for (const secret of [person.email, 'test-token', 'test-client-secret', 'pk_test']) expect(log).not.toContain(secret)
})

test.each(['/', METRIC, '/metric/Profile'])('%s holds no secret', async (path) => {
  const page = await shop.browser().text(path)
  for (const secret of ['test-token', 'test-client-secret', 'pk_test']) expect(page).not.toContain(secret)
})

test.each([
  ['ada@example.com', 'a••@e••.com'],
  ['a@b', 'a••@b••'],
  ['𝒜da@例え.jp', '𝒜••@例••.jp'],
  ['+4930123456', '+49••••56'],
  ['+49', '••••'],
  ['@', '••••'],
  ['', '••••'],
])('%s is masked as %s', (text, mask) => {
  expect(maskIdentifier(text)).toBe(mask)
})

/** The visible text. */
function textOf(page: string): string {
  const body = page.slice(page.indexOf('<main'))
  const plain = body
    .replaceAll('<wbr>', '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
  return plain
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .replace(/ ([;.,])/g, '$1')
}

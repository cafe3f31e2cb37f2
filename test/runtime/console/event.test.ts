/** The page of one event: what was received, mapped, sent and answered; masked until a form asks for it. */
import { beforeAll, describe, expect, test } from 'vitest'
import { cliApp } from '../../../connector/cli-app.ts'
import { createVendorLinks } from '../../../connector/vendor-links.ts'
import type { LedgerEvent } from '../../../runtime/ports/ledger.ts'
import { findContactWithEmail } from '../../helpers/connector-harness.ts'
import { openConsoleWithConnector } from '../../helpers/console.ts'
import { reveal } from '../../helpers/reveal.ts'

type Shop = Awaited<ReturnType<typeof openConsoleWithConnector>>

const textOf = (page: string) =>
  page
    .slice(page.indexOf('<main'))
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ')

let shop: Shop
let person: { id: string; email: string }
let refuse: (() => Response) | undefined
/** The credential may not read metrics at first. */
let refuseMetrics: (() => Response) | undefined = () =>
  Response.json({ errors: [{ code: 'permission_denied', detail: 'no' }] }, { status: 403 })

beforeAll(async () => {
  const intercept = ({ url, method }: Request) => {
    if (method === 'GET' && new URL(url).pathname === '/api/metrics') return refuseMetrics?.()
    return method === 'POST' && url.includes('/api/events') ? refuse?.() : undefined
  }
  const vendorLinks = createVendorLinks('eu')
  shop = await openConsoleWithConnector({ vendorLinks, metricUrl: cliApp.metricUrl }, { intercept })
  person = await findContactWithEmail(shop.intercom)
})

async function rate(id: string, reopens = 1): Promise<LedgerEvent> {
  const at = Math.floor(shop.clock.now() / 1000) - 5
  const item = {
    type: 'conversation',
    id,
    created_at: at - 60,
    title: 'Where is my parcel',
    contacts: { contacts: [{ type: 'contact', id: person.id }] },
    statistics: { count_reopens: reopens },
    conversation_rating: { rating: 4, created_at: at, updated_at: at, contact: { id: person.id } },
  }
  await shop.notify('conversation.rating.added', item, { id: `n-${id}` })
  await shop.work(2_000)
  const [event] = await shop.store.events({ metric: 'Rated Conversation', limit: 1 })
  if (event === undefined) throw new Error('nothing ended')
  return event
}

const open = (path: string) => shop.clock.until(shop.browser().text(path))

describe('a delivered event', () => {
  let event: LedgerEvent
  beforeAll(async () => {
    event = await rate('51', 0)
  })

  test('names its person masked, its course and the answer', async () => {
    const page = await open(`/events/${event.id}`)
    expect(page).not.toContain(person.email)
    const text = textOf(page)
    expect(text).toContain(`Profile ${event.person} `)
    expect(text).toMatch(/Received 20\S+ \S+ UTC Waited for its turn .+ Mapped, with data read for it .+ Sent, until/)
    expect(text).toMatch(/What Klaviyo answered Status 202 Accepted.+ Request id \S{36}/)
    expect(text).toContain('Show personal data to copy or download it')
  })

  test('links to both applications, by addresses of their ids', async () => {
    const page = await open(`/events/${event.id}`)
    expect(page).toContain('href="https://app.eu.intercom.com/a/inbox/sandbox1/inbox/conversation/51"')
    expect(page).toContain(`href="https://app.eu.intercom.com/a/apps/sandbox1/users/${person.id}"`)
    const { receipt } = event
    expect(page).toContain(`href="https://www.klaviyo.com/profile/${receipt?.profileId}"`)
  })

  test('links to the metric once its id is known, to all metrics before and without the permission', async () => {
    const pages = [`/events/${event.id}`, '/metric/Rated%20Conversation']
    const links = async () => {
      const texts: string[] = []
      for (const path of pages) texts.push(await open(path))
      await shop.clock.advance(1_000)
      return texts.map((text) =>
        /href="(https:\/\/www\.klaviyo\.com\/(?:metric|analytics)[^"]*)"[^>]*>([^<]*)/.exec(text)?.slice(1),
      )
    }
    const all = [
      'https://www.klaviyo.com/analytics/metrics',
      'All metrics in Klaviyo: look for Rated Conversation (source: API)',
    ]
    await links()
    expect(await links()).toEqual([all, all])
    expect(shop.connector.connectionStats().destination.lastFailure).toBeUndefined()
    refuseMetrics = undefined
    await shop.clock.advance(10 * 60_000)
    await links()
    const id = expect.stringMatching(/^https:\/\/www\.klaviyo\.com\/metric\/\w{6}\/rated-conversation$/)
    expect(await links()).toEqual([
      [id, 'Metric in Klaviyo'],
      [id, 'Metric in Klaviyo'],
    ])
  })

  test('says which value Klaviyo drops', async () => {
    expect(textOf(await open(`/events/${event.id}`))).toMatch(
      /Reopens Count 0 Details of Reopens Count .+? Klaviyo ignores 0 in an event: the property is absent there/,
    )
  })

  test('shows the request as it was sent, to copy and to download', async () => {
    const client = shop.browser()
    const page = await shop.clock.until(reveal(client, event.seq, event.id))
    const [, copied = ''] = /data-copy="([^"]*)" aria-label="Copy the body"/.exec(page) ?? []
    const body = JSON.parse(copied.replaceAll('&quot;', '"').replaceAll('&#39;', "'")) as Json
    const file = await shop.clock.until(client.get(`/events/${event.id}/request`))
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="event-${event.id}.json"`)
    expect(await file.json()).toEqual(body)
    const [sent] = await shop.store.trace('51')
    expect(body.data.attributes).toMatchObject({ unique_id: event.key, time: event.time })
    expect(body.data.attributes.profile.data.attributes.email).toBe(person.email)
    expect(sent?.outcome?.status).toBe('delivered')
    expect(page).toContain('Authorization: Klaviyo-API-Key $KLAVIYO_API_KEY')
    expect(page).not.toContain('pk_test')
  })

  test('gives the file only to a browser that shows the record', async () => {
    const answer = await shop.clock.until(shop.browser().get(`/events/${event.id}/request`))
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/events/${event.id}`])
  })

  test('is masked again on request, and in another browser', async () => {
    const client = shop.browser()
    expect(await shop.clock.until(reveal(client, event.seq, event.id))).toContain(person.email)
    expect(await open(`/events/${event.id}`)).not.toContain(person.email)
    await client.post('/records/hide', { seq: `${event.seq}`, back: `/events/${event.id}` }, { from: '/find' })
    expect(await shop.clock.until(client.text(`/events/${event.id}`))).not.toContain(person.email)
  })

  test('is masked again after a quarter of an hour', async () => {
    const client = shop.browser()
    await reveal(client, event.seq, event.id)
    await shop.clock.advance(15 * 60_000)
    expect(await shop.clock.until(client.text(`/events/${event.id}`))).not.toContain(person.email)
  })

  test.each(['https://evil.example/', '//evil.example', '/events/1/../../log-out', '/set-up'])(
    'a form that would lead to %s leads to Find',
    async (back) => {
      const answer = await shop.browser().post('/records/reveal', { seq: '1', back }, { from: '/find' })
      expect(answer.headers.get('location')).toBe('/find')
    },
  )
})

interface Json {
  readonly data: {
    readonly attributes: {
      readonly unique_id: string
      readonly profile: { readonly data: { readonly attributes: { readonly email: string } } }
    }
  }
}

test('a refused event shows the words of Klaviyo, the status and the place, without what was sent', async () => {
  const title = 'Invalid input.'
  refuse = () =>
    Response.json(
      {
        errors: [
          {
            id: 'e-1',
            code: 'invalid',
            title,
            detail: `The value ${person.email} for "Where is my parcel" is not a valid string.`,
            source: { pointer: '/data/attributes/properties/Title' },
          },
        ],
      },
      { status: 400 },
    )
  const event = await rate('52')
  refuse = undefined
  expect(event.status).toBe('dead')
  const text = textOf(await open(`/events/${event.id}`))
  expect(text).toMatch(/What Klaviyo answered Invalid input\. The value ••• .*is not a valid string\. Status 400 Error/)
  expect(text).toContain('What was sent')
  expect(JSON.stringify(await shop.store.trace('52'))).not.toMatch(/"detail":"[^"]*(parcel|@)/)
})

test('a skipped event says why, and sends nothing', async () => {
  await shop.notify('conversation.rating.added', { type: 'conversation', id: '53', conversation_rating: { rating: 1 } })
  await shop.work(2_000)
  const [event] = await shop.store.events({ limit: 1 })
  const text = textOf(await open(`/events/${event?.id}`))
  expect(text).toMatch(/Why it was not sent .+ What to do /)
  expect(text).toContain('Nothing was sent to Klaviyo for it.')
})

test('a record of a topic that no mapping takes has a page, with the reason', async () => {
  await shop.notify('ticket.contact.attached', { type: 'ticket', id: '54' })
  await shop.work(2_000)
  const [entry] = await shop.store.trace('54')
  const text = textOf(await open(`/records/${entry?.seq}`))
  expect(text).toMatch(/ticket\.contact\.attached Skipped .+ No mapping uses the topic/)
  expect(text).toContain('No mapping takes the topic ticket.contact.attached')
})

test('a record that is queued has a page', async () => {
  await shop.notify('conversation.rating.added', { type: 'conversation', id: '55' })
  const [entry] = await shop.store.trace('55')
  const text = textOf(await open(`/records/${entry?.seq}`))
  expect(text).toMatch(/Queued .+ Processing .+ Received .+ Queued/)
  await shop.work(2_000)
})

test.each(['/events/999999', '/events/x', '/records/0', '/records/-1', '/events/99999999999999999999'])(
  '%s is not found',
  async (path) => {
    expect((await shop.browser().get(path)).status).toBe(404)
  },
)

test('names the version that mapped the event, not that of a later attempt of its record', async () => {
  const event = await rate('57')
  const store = new Proxy(shop.store, {
    get(target, name) {
      if (name !== 'readRecord') {
        const member: unknown = Reflect.get(target, name, target)
        return typeof member === 'function' ? member.bind(target) : member
      }
      return async (seq: number) => {
        const entry = await target.readRecord(seq)
        const delivered = entry?.outcome?.events ?? []
        return entry && { ...entry, attempts: [{ at: entry.receivedAt, spec: 'earlier', delivered }] }
      }
    },
  })
  const { preview, spec } = shop.connector
  const console = await openConsoleWithConnector({ connector: { store, preview, spec } })
  const text = textOf(await shop.clock.until(console.browser().text(`/events/${event.id}`)))
  expect(text).toContain('this event was mapped by version earlier')
})

test('says that the spec has changed since', async () => {
  const event = await rate('56')
  const { spec } = shop.connector
  const connector = {
    store: shop.store,
    preview: shop.connector.preview.bind(shop.connector),
    spec: { ...spec, sourceFiles: spec.sourceFiles.slice(1) },
  }
  const later = await openConsoleWithConnector({ connector })
  const text = textOf(await shop.clock.until(later.browser().text(`/events/${event.id}`)))
  expect(text).toMatch(/The mapping has changed since: this event was mapped by version \S+ , and version \S+ runs now/)
})

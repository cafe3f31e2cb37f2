/** Follows the links of a console from page to page, as an owner sees them. */
import { findContactWithEmail } from './connector-harness.ts'
import { type browser, LOCAL, type openConsoleWithConnector } from './console.ts'

type Shop = Awaited<ReturnType<typeof openConsoleWithConnector>>
type Client = ReturnType<typeof browser>

/** Enough for every kind of page. */
const MAX_PAGES = 100

const MAX_OF_A_KIND = 5

/** Pages that differ in ids and values alone are of one kind. */
function kindOf(path: string): string {
  const { pathname, searchParams } = new URL(path, LOCAL)
  return [pathname.replace(/[^/]*\d[^/]*/g, ''), ...new Set([...searchParams.keys()].sort())].join(' ')
}

export interface CrawledPage {
  readonly path: string
  readonly html: string
}

/** The console's own paths that a page links to, with their queries. */
export function linksIn(html: string, path: string): readonly string[] {
  return [...html.matchAll(/href="([^"#]+)/g)].flatMap(([, href = '']) => {
    const url = new URL(href.replaceAll('&amp;', '&'), new URL(path, LOCAL))
    return url.origin === LOCAL && !url.pathname.startsWith('/assets/') ? [url.pathname + url.search] : []
  })
}

export async function crawl(shop: Pick<Shop, 'clock'>, client: Client, from: readonly string[]) {
  const pages = new Map<string, CrawledPage>()
  const kinds = new Map<string, number>()
  const queue = [...from]
  for (let path = queue.shift(); path !== undefined && pages.size < MAX_PAGES; path = queue.shift()) {
    const count = kinds.get(kindOf(path)) ?? 0
    if (pages.has(path) || (count >= MAX_OF_A_KIND && !from.includes(path))) continue
    kinds.set(kindOf(path), count + 1)
    const answer = await shop.clock.until(client.get(path))
    const isEndless = answer.headers.get('content-type')?.startsWith('text/event-stream')
    if (isEndless) await answer.body?.cancel()
    const html = isEndless ? '' : await answer.text()
    pages.set(path, { path, html })
    queue.push(...linksIn(html, path))
  }
  return [...pages.values()]
}

/** A person's conversation that was rated, and two records of theirs that failed. */
export async function seedPerson(shop: Pick<Shop, 'intercom' | 'clock' | 'notify' | 'work'>) {
  const { id, email } = await findContactWithEmail(shop.intercom)
  const at = Math.floor(shop.clock.now() / 1000) - 5
  const conversation_rating = { rating: 2, created_at: at, updated_at: at, contact: { id }, remark: REMARK }
  const contacts = { contacts: [{ type: 'contact', id }] }
  const conversation = { type: 'conversation', id: '77', created_at: at, contacts, conversation_rating }
  await shop.notify('conversation.rating.added', conversation)
  // A contact that the mapping cannot read fails, and so does a ticket of the person.
  const broken = { type: 'contact', id, email, role: 'user', created_at: 'x', updated_at: 'y' }
  await shop.notify('contact.user.updated', broken)
  await shop.notify('ticket.created', { type: 'ticket', id: '901', contacts, email, title: REMARK })
  await shop.work(60_000)
  return { id, email, remark: REMARK }
}

const REMARK = 'My parcel never arrived in Elm Street'

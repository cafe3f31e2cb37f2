/** The REST routes of the local Intercom, 2.16, over a workspace. */
import { type Context, Hono } from 'hono'
import type { Random } from '../../runtime/ports/effects.ts'
import { type Contact, contactBody, deletedOrMerged } from '../data/contacts.ts'
import type { Conversation } from '../data/new-conversation.ts'
import { adminList, me, stateList, TAGS, tagList, teamList, typeList } from '../data/teammates-and-tags.ts'
import type { Workspace } from '../data/workspace.ts'
import { malformed, Refusal, type rateLimit, refused, uuid } from './errors.ts'
import { CONTACT_FIELDS, CONVERSATION_FIELDS, TICKET_FIELDS } from './fields.ts'
import { type Page, searcher } from './search.ts'

/** The only version whose shapes are spoken here. */
const VERSION = '2.16'

type App = Hono<{ Variables: { requestId: string } }>

export interface RoutesOptions {
  readonly workspace: Workspace
  readonly random: Random
  /** Whether a bearer token counts. */
  readonly accepts: (token: string) => boolean
  readonly limit: ReturnType<typeof rateLimit>
}

export function routes({ workspace, random, accepts, limit }: RoutesOptions): App {
  const { plan, conversations, tickets } = workspace
  const app: App = new Hono()

  // Every answer, refusals included, says what is left and which request it was.
  app.use(async (c, next) => {
    const { refusal, headers } = limit.take()
    const requestId = uuid(random)
    c.set('requestId', requestId)
    const problem = refusal ?? gate(c, accepts)
    if (problem === undefined) await next()
    else c.res = refused(problem, requestId)
    const every = { ...headers, 'intercom-version': VERSION, 'x-request-id': requestId }
    for (const [name, value] of Object.entries(every)) c.res.headers.set(name, value)
  })
  app.onError((error, c) => {
    if (error instanceof SyntaxError) return malformed()
    const refusal = error instanceof Refusal ? error : new Refusal(500, 'server_error', error.message)
    return refused(refusal, c.get('requestId'))
  })
  app.notFound((c) =>
    refused(new Refusal(404, 'not_found', 'The requested resource was not found'), c.get('requestId')),
  )

  app.get('/me', (c) => c.json(me(plan)))
  app.get('/admins', (c) => c.json(adminList(plan)))
  app.get('/teams', (c) => c.json(teamList()))
  app.get('/tags', (c) => c.json(tagList()))
  app.get('/ticket_states', (c) => c.json(stateList(plan)))
  app.get('/ticket_types', (c) => c.json(typeList(plan)))
  contactRoutes(app, workspace)

  const findConversations = searcher({
    collection: conversations,
    fields: CONVERSATION_FIELDS,
    byDay: false,
    perPage: 20,
    sort: 'updated_at',
  })
  app.post('/conversations/search', async (c) => {
    const { rows, ...page } = findConversations(await searchRequest(c))
    return c.json({ type: 'conversation.list', ...page, conversations: rows.map(listed) })
  })
  app.get('/conversations/:id', (c) => {
    const index = conversations.find(c.req.param('id'))
    if (index === undefined) throw new Refusal(404, 'not_found', 'Resource Not Found')
    return c.json(conversations.at(index))
  })

  const findTickets = searcher({
    collection: tickets,
    fields: TICKET_FIELDS,
    byDay: false,
    perPage: 20,
    sort: 'updated_at',
  })
  app.post('/tickets/search', async (c) => {
    const { rows, ...page } = findTickets(await searchRequest(c))
    return c.json({ type: 'ticket.list', ...page, tickets: rows })
  })
  app.get('/tickets/:id', (c) => {
    const index = tickets.find(c.req.param('id'))
    if (index === undefined) throw new Refusal(404, 'ticket_not_found', 'Ticket not found')
    return c.json(tickets.at(index))
  })
  return app
}

function contactRoutes(app: App, { plan, contacts }: Workspace): void {
  const find = searcher({
    collection: contacts,
    fields: CONTACT_FIELDS,
    byDay: true,
    perPage: 50,
    sort: 'created_at',
    listed: (index) => deletedOrMerged(plan, index) === undefined,
  })
  const list = ({ rows, ...page }: Page<Contact>) => ({ type: 'list', data: rows.map(contactBody), ...page })

  function present(id: string): Contact {
    const index = contacts.find(id)
    const gone = index === undefined ? 'deleted' : deletedOrMerged(plan, index)
    if (index === undefined || gone === 'deleted') throw new Refusal(404, 'not_found', 'User Not Found')
    if (gone === undefined) return contacts.at(index)
    const message = "This contact has been merged. See the 'Link' header for the canonical contact."
    const link = `</contacts/${gone.mergedInto}>; rel="canonical"`
    throw new Refusal(410, 'contact_merged', message, undefined, { link })
  }

  app.get('/contacts', (c) => {
    const after = c.req.query('starting_after')
    // Seen of the real one: an empty cursor breaks it.
    if (after === '') throw new Refusal(500, 'server_error', 'Internal server error')
    return c.json(list(find({ perPage: c.req.query('per_page'), after })))
  })
  app.post('/contacts/search', async (c) => c.json(list(find(await searchRequest(c)))))
  app.get('/contacts/:id', (c) => c.json(contactBody(present(c.req.param('id')))))
  app.get('/contacts/:id/tags', (c) => {
    const { tag_ids } = present(c.req.param('id'))
    const data = TAGS.filter(({ id }) => tag_ids.includes(id)).map((tag) => ({ type: 'tag', ...tag }))
    return c.json({ type: 'list', data })
  })
}

function gate(c: Context, accepts: RoutesOptions['accepts']): Refusal | undefined {
  if (!accepts(/^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? '')) {
    return new Refusal(401, 'unauthorized', 'Access Token Invalid')
  }
  const asked = c.req.header('intercom-version') ?? VERSION
  if (asked !== VERSION) return new Refusal(406, 'media_type_not_acceptable', `This sandbox speaks version ${VERSION}`)
  return undefined
}

async function searchRequest(c: Context) {
  const body: unknown = JSON.parse(await c.req.text())
  const { query, sort, pagination } = Object(body) as Readonly<Record<string, unknown>>
  const { per_page, starting_after } = Object(pagination) as Readonly<Record<string, unknown>>
  // Here a search without a query is refused; a list has none.
  return { query: query ?? null, sort, perPage: per_page, after: starting_after }
}

/** Search results carry everything but the parts. */
function listed({ conversation_parts: _, ...it }: Conversation) {
  return it
}

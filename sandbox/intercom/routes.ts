/** The REST routes of the local Intercom, 2.16, over a workspace. */
import { type Context, Hono } from 'hono'
import type { Random } from '../../runtime/ports/effects.ts'
import { COMPANIES } from '../data/companies.ts'
import { type Contact, contactBody } from '../data/contacts.ts'
import { withNewestParts, withNewestTicketParts } from '../data/lengthen.ts'
import type { Conversation } from '../data/new-conversation.ts'
import { adminList, currentAdmin, stateList, TAGS, tagList, teamList, typeList } from '../data/teammates-and-tags.ts'
import type { Workspace } from '../data/workspace.ts'
import { ApiError, malformedJson, randomUuid, type rateLimit, toErrorResponse } from './errors.ts'
import { CONTACT_FIELDS, CONVERSATION_FIELDS, TICKET_FIELDS } from './fields.ts'
import { createSearch, type SearchPage } from './search.ts'

/** The only supported version. */
const VERSION = '2.16'

type App = Hono<{ Variables: { requestId: string } }>

export interface RoutesOptions {
  readonly workspace: Workspace
  readonly random: Random
  /** Whether a bearer token is valid. */
  readonly accepts: (token: string) => boolean
  readonly limit: ReturnType<typeof rateLimit>
}

export function routes({ workspace, random, accepts, limit }: RoutesOptions): App {
  const { seed } = workspace
  const app: App = new Hono()

  // Every response, errors included, carries the rate limit and the request id.
  app.use(async (c, next) => {
    const { error, headers } = limit.take()
    const requestId = randomUuid(random)
    c.set('requestId', requestId)
    const problem = error ?? requireHeaders(c, accepts)
    if (problem === undefined) await next()
    else c.res = toErrorResponse(problem, requestId)
    const all = { ...headers, 'intercom-version': VERSION, 'x-request-id': requestId }
    for (const [name, value] of Object.entries(all)) c.res.headers.set(name, value)
  })
  app.onError((error, c) => {
    if (error instanceof SyntaxError) return malformedJson()
    const apiError = error instanceof ApiError ? error : new ApiError(500, 'server_error', error.message)
    return toErrorResponse(apiError, c.get('requestId'))
  })
  app.notFound((c) =>
    toErrorResponse(new ApiError(404, 'not_found', 'The requested resource was not found'), c.get('requestId')),
  )

  app.get('/me', (c) => c.json(currentAdmin(seed)))
  app.get('/admins', (c) => c.json(adminList(seed)))
  app.get('/teams', (c) => c.json(teamList()))
  app.get('/tags', (c) => c.json(tagList()))
  app.get('/ticket_states', (c) => c.json(stateList(seed)))
  app.get('/ticket_types', (c) => c.json(typeList(seed)))
  contactRoutes(app, workspace)
  companyRoutes(app)

  conversationRoutes(app, workspace)
  ticketRoutes(app, workspace)
  return app
}

function conversationRoutes(app: App, { conversations }: Workspace): void {
  const find = createSearch({
    collection: conversations,
    fields: CONVERSATION_FIELDS,
    byDay: false,
    perPage: 20,
    sort: 'updated_at',
  })
  app.post('/conversations/search', async (c) => {
    const { rows, ...page } = find(await searchRequest(c))
    return c.json({ type: 'conversation.list', ...page, conversations: rows.map(withoutParts) })
  })
  app.get('/conversations/:id', (c) => {
    const index = conversations.find(c.req.param('id'))
    if (index === undefined) throw new ApiError(404, 'not_found', 'Resource Not Found')
    return c.json(withNewestParts(conversations.at(index)))
  })
}

function ticketRoutes(app: App, { tickets }: Workspace): void {
  const find = createSearch({
    collection: tickets,
    fields: TICKET_FIELDS,
    byDay: false,
    perPage: 20,
    sort: 'updated_at',
  })
  app.post('/tickets/search', async (c) => {
    const { rows, ...page } = find(await searchRequest(c))
    return c.json({ type: 'ticket.list', ...page, tickets: rows.map(withNewestTicketParts) })
  })
  app.get('/tickets/:id', (c) => {
    const index = tickets.find(c.req.param('id'))
    if (index === undefined) throw new ApiError(404, 'ticket_not_found', 'Ticket not found')
    return c.json(withNewestTicketParts(tickets.at(index)))
  })
}

function contactRoutes(app: App, { contacts, removalOf }: Workspace): void {
  const find = createSearch({
    collection: contacts,
    fields: CONTACT_FIELDS,
    byDay: true,
    perPage: 50,
    sort: 'created_at',
    listed: (index) => removalOf(index) === undefined,
  })
  const list = ({ rows, ...page }: SearchPage<Contact>) => ({ type: 'list', data: rows.map(contactBody), ...page })

  function requireContact(id: string): Contact {
    const index = contacts.find(id)
    const removal = index === undefined ? 'deleted' : removalOf(index)
    if (index === undefined || removal === 'deleted' || removal === 'unreachable')
      throw new ApiError(404, 'not_found', 'User Not Found')
    if (removal === undefined || removal === 'archived') return contacts.at(index)
    const message = "This contact has been merged. See the 'Link' header for the canonical contact."
    const link = `</contacts/${removal.mergedInto}>; rel="canonical"`
    throw new ApiError(410, 'contact_merged', message, { headers: { link } })
  }

  app.get('/contacts', (c) => {
    const after = c.req.query('starting_after')
    // Observed at Intercom: an empty cursor breaks the endpoint.
    if (after === '') throw new ApiError(500, 'server_error', 'Internal server error')
    return c.json(list(find({ perPage: c.req.query('per_page'), after })))
  })
  app.post('/contacts/search', async (c) => c.json(list(find(await searchRequest(c)))))
  app.get('/contacts/:id', (c) => c.json(contactBody(requireContact(c.req.param('id')))))
  app.get('/contacts/:id/tags', (c) => {
    const { tag_ids } = requireContact(c.req.param('id'))
    const data = TAGS.filter(({ id }) => tag_ids.includes(id)).map((tag) => ({ type: 'tag', ...tag }))
    return c.json({ type: 'list', data })
  })
  app.get('/contacts/:id/companies', (c) => {
    const { companies } = requireContact(c.req.param('id'))
    const data = COMPANIES.filter(({ id }) => companies.data.some((one) => one.id === id))
    return c.json({ type: 'list', data, total_count: data.length })
  })
}

function companyRoutes(app: App): void {
  app.get('/companies/:id', (c) => {
    const found = COMPANIES.find(({ id }) => id === c.req.param('id'))
    if (found === undefined) throw new ApiError(404, 'company_not_found', 'Company Not Found')
    return c.json(found)
  })
}

function requireHeaders(c: Context, accepts: RoutesOptions['accepts']): ApiError | undefined {
  if (!accepts(/^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? '')) {
    return new ApiError(401, 'unauthorized', 'Access Token Invalid')
  }
  const version = c.req.header('intercom-version') ?? VERSION
  if (version !== VERSION)
    return new ApiError(406, 'media_type_not_acceptable', `This sandbox supports version ${VERSION} only`)
  return undefined
}

async function searchRequest(c: Context) {
  const body: unknown = JSON.parse(await c.req.text())
  const { query, sort, pagination } = Object(body) as Readonly<Record<string, unknown>>
  const { per_page, starting_after } = Object(pagination) as Readonly<Record<string, unknown>>
  // A search without a query is an error; a list has none.
  return { query: query ?? null, sort, perPage: per_page, after: starting_after }
}

/** Search results omit the parts. */
function withoutParts({ conversation_parts: _, ...it }: Conversation) {
  return it
}

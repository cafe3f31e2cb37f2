/** Every page of the console, in each state that an app may be in: its name and URL. */
import { pages as registered } from '../../runtime/console/pages.ts'
import { Users, type UsersOptions } from '../../runtime/console/server/session/users.ts'
import type { Cleanup } from '../helpers/processes/processes.ts'
import { type AppUnderTest, startApp } from './app-under-test.ts'
import { startSeededApp } from './seed-store.ts'

export interface PageUrl {
  readonly name: string
  readonly url: string
}

/** Pages of a seeded app, of one before setup, and the sign-in page of one with a password. */
export async function allPages(closing: Cleanup, options: { readonly days?: number } = {}) {
  const app = await startSeededApp(closing, options)
  const beforeSetup = await startApp(closing, { empty: true })
  const withPassword = await startApp(closing, { empty: true, password: 'x' })
  await addUsers(app)
  await app.alerts.save({ urls: ['https://hooks.example.com/alerts'] })
  const pages: readonly PageUrl[] = [
    { name: 'sign-in', url: `${withPassword.url}log-in` },
    { name: 'invitation', url: `${withPassword.url}invitation` },
    { name: 'setup-review', url: `${beforeSetup.url}set-up` },
    { name: 'setup-connect', url: `${beforeSetup.url}set-up/intercom` },
    { name: 'setup-callback', url: `${beforeSetup.url}set-up/intercom/callback?error=access_denied` },
    ...(await pagesOf(app)),
  ]
  return { app, pages }
}

/** One whose invitation is open, and one with a password. */
async function addUsers(parts: UsersOptions): Promise<void> {
  const users = new Users(parts)
  await users.invite('Ann', 'viewer')
  const user = await users.invite('דנה', 'operator')
  if (typeof user !== 'string') await users.accept(user.id, user.invitation?.nonce ?? '', 'a password of hers')
}

/** Those of events and records only where there are some; no downloads, which have a dot in their path. */
export async function pagesOf({ store, url, connector }: AppUnderTest): Promise<PageUrl[]> {
  const [event] = await store.events({ metric: 'Rated Conversation', limit: 1, status: 'delivered' })
  const [group] = await store.groupDeadLetters()
  const runs = await connector.listRuns()
  const encode = encodeURIComponent
  const groupName = encode(group?.group ?? '')
  const ticket = await seqOf(TICKET, store)
  const named = {
    overview: '',
    metric: `metric/${encode('Rated Conversation')}`,
    event: `events/${event?.id}`,
    'event-request': `events/${event?.id}/request`,
    'overview-12-months': '?range=12m',
    history: 'history',
    'history-run': `history/${runs[0]?.run}`,
    'history-estimate': `history?metric=${encode('Created Ticket')}&metric=${encode('Rated Conversation')}&since=2026-01-01#estimate`,
    events: 'events',
    'events-filtered': `events?outcome=skipped&origin=live&metric=${encode('Rated Conversation')}&since=2026-01-01`,
    'events-paused': 'events?outcome=dead&paused=1',
    find: 'find?ref=903',
    record: `records/${ticket}`,
    'find-nothing': 'find?ref=unknown',
    'failed-events': 'failed-events',
    'failed-events-group': `failed-events?group=${groupName}`,
    coverage: 'coverage',
    'coverage-metric': `coverage/${encode('Rated Conversation')}`,
    mappings: 'mappings',
    'mappings-file': `mappings/file?name=${encode('mappings/created-ticket.yaml')}`,
    'mappings-switch': `mappings/switch?metric=${encode('Created Ticket')}`,
    'mappings-versions': 'mappings/versions',
    'segments-and-flows': 'segments-and-flows',
    setup: 'set-up',
    'setup-check': 'set-up/check',
    'webhook-health': 'webhooks',
    webhooks: 'set-up/webhooks',
    disconnect: 'set-up/disconnect',
    alerts: 'alerts',
    timeline: 'timeline',
    design: 'design',
    'not-found': 'nowhere',
  }
  const others = registered.flatMap(({ path }) =>
    /[:.]/.test(path) || isIn(named, path) ? [] : [[nameOf(path), path.slice(1)]],
  )
  return [...Object.entries(named), ...others]
    .filter(([, path]) => !path?.includes('undefined'))
    .map(([name = '', path = '']) => ({ name, url: url + path }))
}

const isIn = (named: Readonly<Record<string, string>>, path: string) =>
  Object.values(named).some((one) => `/${one.replace(/[?#].*/, '')}` === path)

const nameOf = (path: string) => path.slice(1).replaceAll('/', '-')

const TICKET = 'sandbox1:ticket.created:n-901'

/** The number of a record in the ledger, which pages put into addresses. */
export async function seqOf(id = '', store: AppUnderTest['store']): Promise<number | undefined> {
  return (await store.trace(id)).find((entry) => entry.id === id)?.seq
}

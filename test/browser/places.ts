/** Every page there is, as a furnished house shows it: where it is, and by which name. */
import type { Closers } from '../helpers/processes.ts'
import { type House, house } from './app-under-test.ts'
import { furnished } from './seed-store.ts'

export interface Place {
  readonly name: string
  readonly url: string
}

/** Pages of a house that is lived in, those of one where nothing has begun, and the door of one with a password. */
export async function places(closing: Closers, options: { readonly days?: number } = {}) {
  const lived = await furnished(closing, options)
  const begun = await house(closing, { empty: true })
  const locked = await house(closing, { empty: true, password: 'x' })
  const all = [
    { name: 'log-in', url: `${locked.url}log-in` },
    { name: 'set-up-review', url: `${begun.url}set-up` },
    { name: 'set-up-connect', url: `${begun.url}set-up/intercom` },
    ...(await insides(lived)),
  ]
  return { lived, places: all }
}

async function insides(it: House): Promise<Place[]> {
  const { store, url } = it
  const [event] = await store.events({ metric: 'Rated Conversation', limit: 1, status: 'delivered' })
  const [group] = await store.groupDeadLetters()
  const of = encodeURIComponent
  const [letter, letters] = [of(group?.example ?? ''), of(group?.group ?? '')]
  return Object.entries({
    overview: '',
    metric: `metric/${of('Rated Conversation')}`,
    'metric-event': `metric/${of('Rated Conversation')}?show=${event?.id}`,
    import: 'import',
    'import-cost': `import?metric=${of('Created Ticket')}&metric=${of('Rated Conversation')}&since=2026-01-01#before`,
    find: 'find?ref=903',
    'find-record': `find?ref=901&show=${of('sandbox1:ticket.created:n-901')}`,
    'find-nothing': 'find?ref=nobody',
    'dead-letters': 'dead-letters',
    'dead-letters-group': `dead-letters?group=${letters}&show=${letter}`,
    recipes: 'recipes',
    'set-up': 'set-up',
    'set-up-check': 'set-up/check',
    webhooks: 'set-up/webhooks',
    disconnect: 'set-up/disconnect',
    'not-found': 'nowhere',
  }).map(([name, path]) => ({ name, url: url + path }))
}

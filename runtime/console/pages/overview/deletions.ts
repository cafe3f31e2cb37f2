/** The operator's consent to delete the profiles of deleted contacts, asked once on the overview. */
import { html } from 'hono/html'
import { capitalize, formatCount } from '../../../lib/format.ts'
import { DELETION } from '../../../mapping/person/deletions.ts'
import { countLink } from '../../count-link.ts'
import type { Action, Html, PageContext } from '../../types.ts'
import { countWaiting } from '../../waiting-events.ts'

const PATH = '/confirm-deletions'

/** Empty once it is confirmed, or while profiles are kept. */
export async function deletionsBanner(context: PageContext): Promise<Html | ''> {
  const { options, link, csrfField, may } = context
  const { deletions, store, spec } = options.connector
  if (deletions === undefined || (await deletions.isConfirmed())) return ''
  const [source, destination] = [capitalize(spec.source.name), capitalize(spec.destination.name)]
  const waiting = countWaiting(await store.tallies(), { metric: DELETION })
  const wait = waiting === 1 ? 'deletion waits' : 'deletions wait'
  const list = countLink(waiting, { outcome: 'waiting', metric: DELETION }, context)
  const text = `Delete the profiles of contacts that are deleted in ${source}, for good, with all their events in ${destination}? ${waiting === 0 ? 'None waits now' : `${formatCount(waiting)} ${wait}`}.`
  return html`<div class="message bad"><p>A contact deleted in ${source} is deleted in ${destination}, too: <code>people.onDelete</code> in <code>connector.yaml</code> says so. Nothing is deleted until you confirm it. ${waiting > 0 && html`${list} ${wait}.`}</p>
${may('operate') && html`<form method="post" action="${link(PATH)}" data-confirm="${text}">${csrfField}<button>Confirm deletions</button></form>`}</div>`
}

export const confirmDeletionsAction: Action = {
  path: PATH,
  async run({ options, redirect }) {
    const { deletions } = options.connector
    if (deletions === undefined) return redirect('/', 'Profiles are kept: there is nothing to confirm.', 'bad')
    if (await deletions.isConfirmed()) return redirect('/', 'Deletions were confirmed before.', 'still')
    await deletions.confirm()
    options.logger.warn('the operator confirmed that profiles of deleted contacts are deleted')
    return redirect('/', 'Confirmed. Waiting deletions are checked within some minutes.')
  },
}

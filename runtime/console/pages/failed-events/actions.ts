/** Retrying and dismissing failed records: one, some, a group, a group since a date, or all. */
import { plural } from '../../../lib/format.ts'
import type { Store } from '../../../ports/store.ts'
import { parseDay } from '../../days.ts'
import type { Action, PageContext } from '../../types.ts'
import { DISMISS_PATH, RETRY_PATH } from './resend-forms.ts'

const PATH = '/failed-events'
/** Records read at a time. */
const CHUNK = 200

export const retryAction: Action = {
  path: RETRY_PATH,
  async run(context) {
    const { redirect } = context
    const queued = await retry(context)
    if (queued === undefined) return redirect(PATH, 'No record was selected, so nothing was retried.', 'bad')
    if (queued === 0) return redirect(PATH, 'Nothing to retry: these records are no longer failed.', 'bad')
    return redirect(PATH, `${plural(queued, 'record')} queued for retry. Records that fail again return to this list.`)
  },
}

export const dismissAction: Action = {
  path: DISMISS_PATH,
  async run({ form, options, redirect }) {
    const reason = form.get('reason')?.trim() ?? ''
    if (reason === '') return redirect(PATH, 'Nothing was dismissed: enter the reason first.', 'bad')
    const { store } = options.connector
    const ids = form.getAll('id')
    const group = form.get('group')
    if (ids.length === 0 && !group) return redirect(PATH, 'No record was selected, so nothing was dismissed.', 'bad')
    let dismissed = 0
    for await (const chunk of group ? idsOf(store, group) : [ids]) dismissed += await store.dismiss(chunk, reason)
    if (dismissed === 0) return redirect(PATH, 'Nothing to dismiss: these records are no longer failed.', 'bad')
    return redirect(PATH, `${plural(dismissed, 'record')} dismissed. They count as skipped, with your reason.`)
  },
}

/** How many were queued. Undefined: the form selects nothing. */
async function retry({ form, options, timeZone }: PageContext): Promise<number | undefined> {
  const { store } = options.connector
  if (form.get('all') === 'yes') return store.replay('all')
  const [group, ids, since] = [form.get('group'), form.getAll('id'), form.get('since')]
  if (!group) return ids.length === 0 ? undefined : store.replay(ids)
  if (since === null) return store.replay({ group })
  const from = parseDay(since, timeZone)
  if (from === undefined) return undefined
  let queued = 0
  for await (const chunk of idsOf(store, group, from)) queued += await store.replay(chunk)
  return queued
}

async function* idsOf(store: Store, group: string, since = 0): AsyncGenerator<readonly string[]> {
  for (let after = 0; ; ) {
    const page = await store.listDeadLetters({ group, after, limit: CHUNK })
    yield page.filter(({ settledAt = 0 }) => settledAt >= since).map(({ id }) => id)
    if (page.length < CHUNK) return
    after = page.at(-1)?.seq ?? after
  }
}

/** Turns one metric on or off: first what stops or starts, then the change of its file. */

import { html } from 'hono/html'
import { capitalize, plural } from '../../../lib/format.ts'
import type { Mapping } from '../../../spec/spec.ts'
import { setEnabled } from '../../../spec-editing/set-enabled.ts'
import type { SpecEditor } from '../../../spec-editing/spec-editor.ts'
import type { FileChange } from '../../../spec-editing/types.ts'
import { countLink } from '../../count-link.ts'
import type { Action, Html, Page, PageContext } from '../../types.ts'
import { MAPPINGS_PATH, SWITCH_PATH, switchLink } from './addresses.ts'
import { allMappings } from './all-mappings.ts'
import { dependentsOf } from './dependents.ts'
import { problemOf, savedText } from './save-action.ts'

const DAY = 86_400_000
/** Days of which the usual number of events is told. */
const DAYS = 30

export const switchPage: Page = {
  path: SWITCH_PATH,
  access: 'set-up',
  title: (context) => titleOf(findMetric(context)),
  async render(context) {
    const found = findMetric(context)
    if (found === undefined || context.specEditor === undefined) return context.notFound(NO_METRIC)
    return switchForm(found, context)
  },
}

const NO_METRIC = 'There is no such metric, or its files cannot be changed here.'

interface FoundMetric {
  readonly mapping: Mapping
  readonly isOn: boolean
}

const titleOf = (found: FoundMetric | undefined): string =>
  found === undefined ? 'Page not found' : `Turn ${found.isOn ? 'off' : 'on'} ${found.mapping.metric}`

function findMetric({ url, form, options }: PageContext): FoundMetric | undefined {
  const name = form.get('metric') ?? url.searchParams.get('metric')
  const { spec } = options.connector
  const mapping = allMappings(spec).find(({ metric }) => metric === name)
  return mapping && { mapping, isOn: spec.mappings.includes(mapping) }
}

async function switchForm(found: FoundMetric, context: PageContext, problem?: Html): Promise<Html> {
  const { link, csrfField } = context
  const { mapping, isOn } = found
  return html`<form method="post" action="${link(switchLink(mapping.metric))}" class="card">${csrfField}
<input type="hidden" name="metric" value="${mapping.metric}"><input type="hidden" name="to" value="${isOn ? 'off' : 'on'}">
${problem}${isOn ? await whatStops(mapping, context) : whatStarts(mapping, context)}
<div class="row"><button${isOn && html` class="danger"`}>Turn ${isOn ? 'off' : 'on'}</button><a href="${link(MAPPINGS_PATH)}">Back</a></div></form>`
}

async function whatStops({ metric, stream }: Mapping, context: PageContext): Promise<Html> {
  const { spec } = context.options.connector
  const name = capitalize(spec.destination.name)
  return html`<p>${await usualRate(metric, context)} None will be sent from now on, live or by an import. What ${name} has stays there.</p>
<p>${stream === undefined ? 'What happens meanwhile is not sent later: this metric has no history to import.' : 'What happens meanwhile can be imported once it is on again.'}</p>
${await dependentsOf(metric, context)}
${fileNote(metric)}`
}

async function usualRate(metric: string, context: PageContext): Promise<Html> {
  const { connector, clock } = context.options
  const since = new Date(clock.now() - DAYS * DAY).toISOString().slice(0, 10)
  const days = (await connector.store.deliveredByDay(metric)).filter(({ day }) => day >= since)
  const count = days.reduce((sum, one) => sum + one.count, 0)
  if (count === 0) return html`<strong>${metric}</strong> had no event in the last ${DAYS} days.`
  const perDay = count / DAYS
  const rate = perDay >= 1 ? `about ${plural(Math.round(perDay), 'event')} a day` : 'less than one event a day'
  return html`<strong>${metric}</strong> sends ${rate}: ${countLink(count, { metric, outcome: 'delivered', since: Date.parse(since) }, context)} in the last ${DAYS} days.`
}

function whatStarts({ metric, stream }: Mapping, { options }: PageContext): Html {
  const name = capitalize(options.connector.spec.destination.name)
  return html`<p><strong>${metric}</strong> is sent to ${name} from now on, and starts the flows that it triggers there.</p>
<p>${stream === undefined ? 'It has no history to import.' : 'Events that happened before can be imported under Historical sync, and start no flow.'}</p>
${fileNote(metric)}`
}

const fileNote = (metric: string): Html =>
  html`<p class="soft">This writes <code>enabled</code> into the file of ${metric}, and changes nothing else in it.</p>`

export const switchAction: Action = {
  path: SWITCH_PATH,
  access: 'set-up',
  async run(context) {
    const { specEditor, form, person, redirect } = context
    const found = findMetric(context)
    if (found === undefined || specEditor === undefined) return context.notFound(NO_METRIC)
    const { metric } = found.mapping
    const enabled = form.get('to') === 'on'
    // Sent again, or from a page of before.
    if (enabled === found.isOn)
      return redirect(MAPPINGS_PATH, `${metric} is ${enabled ? 'on' : 'off'} already.`, 'still')
    const change = await changeOfSwitch(found.mapping, enabled, { specEditor, context })
    const fail = async (problem: Html) =>
      context.respond({
        path: SWITCH_PATH,
        title: titleOf(found),
        body: await switchForm(found, context, problem),
        status: 422,
      })
    if (change === undefined)
      return fail(html`<p class="message bad" role="alert">The file has errors, so it was not changed.</p>`)
    const result = await specEditor.save([change], {
      acceptNewKeys: form.getAll('accept'),
      acceptBroken: form.getAll('accept-broken'),
      acceptFailedCases: true,
      by: person,
    })
    if (result.status === 'saved')
      return redirect(
        MAPPINGS_PATH,
        savedText(`Turned ${enabled ? 'on' : 'off'} ${metric}: the mappings run`, result, context),
      )
    if (result.status === 'unchanged') return redirect(MAPPINGS_PATH, `The file of ${metric} says so already.`, 'still')
    if (result.status === 'conflict')
      return redirect(switchLink(metric), 'The file was changed elsewhere at the same time. Try again.', 'bad')
    return fail(problemOf(result, context))
  },
}

/** A metric of a base is switched by the spec's own file, which changes it. Undefined: the file cannot be read. */
async function changeOfSwitch(
  { file }: Mapping,
  enabled: boolean,
  { specEditor, context }: { readonly specEditor: SpecEditor; readonly context: PageContext },
): Promise<FileChange | undefined> {
  const source = context.options.connector.spec.sourceFiles.find(({ path }) => path === file)
  const path = source?.base?.overlayPath ?? file
  const before = await specEditor.editable.files.read(path)
  const after = setEnabled(before ?? '', enabled)
  return after === undefined ? undefined : { path, before, after }
}

/** Mappings: every metric with its file and its switch, and the other files of the spec. */

import { html } from 'hono/html'
import { capitalize, plural } from '../../../lib/format.ts'
import { compareTexts } from '../../../lib/text/compare-texts.ts'
import { readRunningSpec } from '../../../running-spec/running-spec.ts'
import type { SourceFile } from '../../../spec/source-file.ts'
import type { Mapping } from '../../../spec/spec.ts'
import type { SpecProcess } from '../../../spec-editing/types.ts'
import { timeElement } from '../../format-html.ts'
import { metricLink } from '../../metric-link.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { fileLink, MAPPINGS_PATH, NEW_METRIC_PATH, switchLink, VERSIONS_PATH } from './addresses.ts'
import { allMappings } from './all-mappings.ts'
import { mayEdit } from './file.ts'
import { otherFilesNote } from './other-files-note.ts'
import { readSpecTexts, type SpecTexts } from './spec-texts.ts'

export const mappingsPage: Page = {
  path: MAPPINGS_PATH,
  title: 'Mappings',
  nav: 'Mappings',
  async render(context) {
    const { spec } = context.options.connector
    const texts = await readSpecTexts(context)
    const mappings = allMappings(spec)
    const others = texts.files
      .filter((file) => !mappings.some((mapping) => isFileOf(file, mapping)))
      .sort((a, b) => compareTexts(a.path, b.path))
    return html`<p class="lead">What is sent to ${capitalize(spec.destination.name)}, and from what: YAML files, which you can read and change here.</p>
${otherFilesNote(context)}${notices(texts, context)}
<div class="table"><table class="stack middle">
<caption class="with-action"><span>Metrics</span>${mayEdit(context) && html` <a class="button plain small" href="${context.link(NEW_METRIC_PATH)}">New metric</a>`}</caption>
<thead><tr><th scope="col">Metric</th><th scope="col">File</th><th scope="col">Sent</th><th scope="col"><span class="hidden">Switch</span></th></tr></thead>
<tbody>${mappings.map((mapping) => metricRow(mapping, spec.mappings.includes(mapping), texts, context))}</tbody></table></div>
<section class="card" aria-labelledby="files"><h2 id="files">Other files</h2>
<ul class="plain">${others.map((file) => html`<li>${fileName(file, context)} <span class="soft">${describeFile(file, context)}</span></li>`)}</ul></section>
${await runningNote(context)}`
  },
}

/** The base of an own file is shown with it. */
const isFileOf = ({ path, base }: SourceFile, { file }: Mapping): boolean => path === file || base?.overlayPath === file

function notices({ readOnlyReason, isRunning, loaded }: SpecTexts, context: PageContext): Html {
  const errors = loaded?.diagnostics.filter(({ severity }) => severity === 'error') ?? []
  return html`${!isRunning && html`<p class="message warn">The files have changed since this process loaded them. ${errors.length > 0 ? html`They have ${plural(errors.length, 'error')}, so the former ones run.` : html`Save any of them here to run them all, or send SIGHUP to the process.`}</p>`}
${readOnlyReason && html`<p class="note">${readOnlyReason} ${context.specEditor ? 'You can change the text here, and copy the change as a patch.' : 'You can read them here.'}</p>`}`
}

function metricRow(mapping: Mapping, isOn: boolean, texts: SpecTexts, context: PageContext): Html {
  const { metric, summary, file } = mapping
  const { link } = context
  return html`<tr><th scope="row"><div>${metricLink(metric, context)}<br><span class="soft regular">${summary}</span></div></th>
<td data-name="File"><a href="${link(fileLink(file))}"><code>${file}</code></a></td>
<td data-name="Sent">${isOn ? html`<span class="badge good">On</span>` : html`<span class="badge">Off</span>`}</td>
<td class="number">${mayEdit(context) && texts.readOnlyReason === undefined && html`<a class="button plain small" href="${link(switchLink(metric))}">Turn ${isOn ? 'off' : 'on'}<span class="hidden"> ${metric}</span></a>`}</td></tr>`
}

const fileName = ({ path }: SourceFile, { link }: PageContext): Html =>
  html`<a href="${link(fileLink(path))}"><code>${path}</code></a>`

function describeFile({ path, base }: SourceFile, { options }: PageContext): string {
  const { source, profile } = options.connector.spec
  if (base !== undefined) return 'of the base that these files extend'
  if (path === 'connector.yaml') return `${capitalize(source.name)}: webhooks, imports and settings`
  if (path === profile.file) return 'the profile of a contact'
  if (/(^|\/)_[^/]*$/.test(path)) return 'properties that several metrics include'
  if (path.startsWith('recipes/')) return 'a segment or flow'
  return path.startsWith('mappings/') ? '' : `the fields that ${capitalize(source.name)} sends`
}

async function runningNote({ options, link, specEditor }: PageContext): Promise<Html> {
  const running = await readRunningSpec(options.connector.store)
  return html`<p class="soft">${running && html`Running since ${timeElement(running.since)} as <code>${running.hash}</code>. `}<a href="${link(VERSIONS_PATH)}">Earlier versions</a></p>
${processesTable((await specEditor?.editable.processes?.()) ?? [])}`
}

/** Only of several: each reads the files of its own machine. */
function processesTable(processes: readonly SpecProcess[]): Html | '' {
  const current = processes.find(({ isThis }) => isThis)
  if (current === undefined || processes.length < 2) return ''
  const row = ({
    name,
    hash,
    since,
    isThis,
  }: SpecProcess) => html`<tr><th scope="row">${name}${isThis && html` <span class="badge">This one</span>`}</th>
<td data-name="Mappings"><div><code>${hash}</code>${hash !== current.hash && html` <span class="badge warn">Other mappings</span>`}</div></td><td data-name="Since">${timeElement(since)}</td></tr>`
  return html`<details class="card"><summary>${plural(processes.length, 'process', 'processes')} on this store in the last day</summary>
<p class="soft">Each maps by the files of its own machine. A change that is saved here is written on the machine of this one: copy it to the others, and start them again or send them SIGHUP.</p>
<div class="table"><table class="stack"><thead><tr><th scope="col">Process</th><th scope="col">Mappings</th><th scope="col">Since</th></tr></thead><tbody>${processes.map(row)}</tbody></table></div></details>`
}

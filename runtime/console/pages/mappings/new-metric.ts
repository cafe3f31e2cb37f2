/** A new metric: its name and the mapping to start from, then the editor with a copy that is not saved yet. */
import { posix } from 'node:path'
import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import type { Mapping } from '../../../spec/spec.ts'
import { copyMapping, wordOf } from '../../../spec-editing/copy-mapping.ts'
import type { SpecEditor } from '../../../spec-editing/spec-editor.ts'
import { formField } from '../../form-field.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { MAPPINGS_PATH, NEW_METRIC_PATH, newMetricLink } from './addresses.ts'
import { allMappings } from './all-mappings.ts'
import { editorForm } from './editor-form.ts'
import { otherFilesNote } from './other-files-note.ts'
import { renderPanel } from './panels.ts'

export const newMetricPage: Page = {
  path: NEW_METRIC_PATH,
  access: 'set-up',
  title: 'New metric',
  async render(context) {
    const { specEditor, url } = context
    if (specEditor === undefined) return context.notFound('The host of this connector passes no files to edit.')
    const metric = url.searchParams.get('metric')?.trim()
    if (metric === undefined) return startForm(context)
    const base = allMappings(context.options.connector.spec).find((one) => one.metric === url.searchParams.get('from'))
    const problem = problemOfName(metric, context)
    if (problem !== undefined || base === undefined)
      return startForm(context, problem ?? 'Choose a metric to start from')
    return editCopy(metric, base, specEditor, context)
  },
}

function problemOfName(metric: string, context: PageContext): string | undefined {
  if (metric === '') return 'Enter a name'
  const same = allMappings(context.options.connector.spec).find(
    (one) => one.metric.toLowerCase() === metric.toLowerCase(),
  )
  return same && `${same.metric} is a metric already`
}

function startForm(context: PageContext, problem?: string): Html {
  const { link, url, options } = context
  const entered = url.searchParams.get('metric') ?? ''
  const rejected = problem === undefined ? undefined : { errors: { metric: problem }, values: { metric: entered } }
  const hint = 'As people will see it. Events that were sent keep the name, so choose one that stays.'
  const from = url.searchParams.get('from')
  return html`<form method="get" action="${link(NEW_METRIC_PATH)}" class="card">
${formField({ name: 'metric', label: `Name of the metric in ${capitalize(options.connector.spec.destination.name)}`, hint, type: 'text' }, { rejected })}
<div class="field"><label for="from">Start from</label><p class="soft" id="from-hint">A copy of its mapping, to change before anything is saved.</p>
<select id="from" name="from" aria-describedby="from-hint">${allMappings(context.options.connector.spec).map(({ metric, summary }) => html`<option value="${metric}"${metric === from && html` selected`}>${metric}: ${summary}</option>`)}</select></div>
<div class="row"><button>Write the mapping</button><a href="${link(MAPPINGS_PATH)}">Back</a></div></form>`
}

async function editCopy(metric: string, base: Mapping, editor: SpecEditor, context: PageContext): Promise<Html> {
  const source = context.options.connector.spec.sourceFiles.find(({ path }) => path === base.file)
  const folder = posix.dirname(source?.base?.overlayPath ?? base.file)
  const [path, keyWord] = await findFreePath(posix.join(folder, wordOf(metric)), editor)
  const text = copyMapping((source?.text ?? '').replace(/\r\n/g, '\n'), { metric, keyWord })
  if (text === undefined) return startForm(context, `The mapping of ${base.metric} cannot be copied`)
  const draft = { path, text, opened: '', line: undefined }
  const [{ files }, result, readOnlyReason] = await Promise.all([
    editor.load([{ path, after: text }], 'check'),
    renderPanel('preview', draft, editor, context),
    editor.readOnlyReason(),
  ])
  const isRead = files.some((file) => file.path === path)
  return html`${otherFilesNote(context)}<p class="note">A copy of ${base.metric} with a name and a key of its own, for the new file <code>${path}</code>. Nothing is written or sent before you save it. Change what it is about, then look at Preview.</p>
${!isRead && html`<p class="message warn"><code>connector.yaml</code> does not list this file: add it there under <code>mappings</code>, or the metric is not sent.</p>`}
${await editorForm({ ...draft, panel: 'preview', isUnsaved: true, result, readOnlyReason, address: newMetricLink(metric, base.metric) }, context)}`
}

/** With the word of its keys. */
async function findFreePath(start: string, { editable }: SpecEditor): Promise<readonly [path: string, word: string]> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? start : `${start}-${number}`
    if ((await editable.files.read(`${name}.yaml`)) === undefined) return [`${name}.yaml`, posix.basename(name)]
  }
}

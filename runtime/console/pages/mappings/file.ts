/** One file of the spec: to read, and for who may, to edit. */
import { html } from 'hono/html'
import type { SourceFile } from '../../../spec/source-file.ts'
import { isBackgroundRefresh } from '../../server/live-updates.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { FILE_PATH, fileLink, MAPPINGS_PATH } from './addresses.ts'
import { tokenOf } from './draft.ts'
import { editorForm } from './editor-form.ts'
import { previewPanel } from './preview-panel.ts'
import { problemsSection } from './problems.ts'
import { readSpecTexts } from './spec-texts.ts'

const nameOf = ({ url }: Pick<PageContext, 'url'>): string => url.searchParams.get('name') ?? ''

export const filePage: Page = {
  path: FILE_PATH,
  title: nameOf,
  async render(context) {
    const path = nameOf(context)
    // Only the frame around it is live.
    if (isBackgroundRefresh(context.request)) return html``
    const { files, readOnlyReason, isRunning } = await readSpecTexts(context)
    const file = files.find((one) => one.path === path)
    const overlaid = files.find(({ base }) => base?.overlayPath === path)
    if (file === undefined && (overlaid === undefined || !mayEdit(context)))
      return context.notFound(`The spec has no file "${path}".`)
    if (file?.base) return baseFile(file, context)
    const text = file?.text ?? ''
    if (!mayEdit(context)) return html`${fileText(path, text)}${backLink(context)}`
    return html`${overlaid && overlayNote(overlaid, file === undefined, context)}
${await editorForm(
  {
    ...{ path, readOnlyReason, panel: 'preview', text: text.replace(/\r\n/g, '\n') },
    opened: tokenOf(file?.text),
    result: await firstResult(path, isRunning, context),
  },
  context,
)}`
  },
}

export const mayEdit = ({ may, specEditor }: PageContext): boolean => specEditor !== undefined && may('set-up')

/** The running spec is compiled already. */
async function firstResult(path: string, isRunning: boolean, context: PageContext): Promise<Html> {
  const { options, specEditor } = context
  if (isRunning || specEditor === undefined) return previewPanel({ spec: options.connector.spec, path }, context)
  const { spec, diagnostics } = await specEditor.load()
  return spec === undefined ? problemsSection(diagnostics, context) : previewPanel({ spec, path }, context)
}

function baseFile({ path, text, base }: SourceFile, context: PageContext): Html {
  const overlay = base?.overlayPath ?? ''
  return html`<p class="note">This file belongs to the spec that yours extends, and changes with its updates. ${mayEdit(context) && html`To change what it says, write only the difference into <a href="${context.link(fileLink(overlay))}"><code>${overlay}</code></a>.`}</p>
${fileText(path, text)}${backLink(context)}`
}

const overlayNote = ({ path }: SourceFile, isNew: boolean, { link }: PageContext): Html =>
  html`<p class="note">${isNew && 'A new file. '}It changes <a href="${link(fileLink(path))}"><code>${path}</code></a>: write only what differs. <code>~</code> removes a value.</p>`

const fileText = (path: string, text: string): Html =>
  html`<pre class="yaml" tabindex="0" aria-label="${path}"><code>${text
    .trimEnd()
    .split('\n')
    .map(
      (line) => html`<span class="line">${line}
</span>`,
    )}</code></pre>`

const backLink = ({ link }: PageContext): Html => html`<p><a href="${link(MAPPINGS_PATH)}">All mappings</a></p>`

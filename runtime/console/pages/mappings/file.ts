/** One file of the spec: to read, and for who may, to edit. */
import { html } from 'hono/html'
import type { SourceFile } from '../../../spec/source-file.ts'
import { isBackgroundRefresh } from '../../server/live-updates.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { FILE_PATH, fileLink, MAPPINGS_PATH } from './addresses.ts'
import { parseLine, tokenOf } from './draft.ts'
import { editorForm } from './editor-form.ts'
import { otherFilesNote } from './other-files-note.ts'
import { previewPanel } from './preview-panel.ts'
import { problemsSection } from './problems.ts'
import { readSpecTexts } from './spec-texts.ts'

const lineOf = ({ url }: Pick<PageContext, 'url'>): number | undefined => parseLine(url.searchParams.get('line'))

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
      return context.notFound(`There is no file "${path}".`)
    if (file?.base) return baseFile(file, context)
    const text = file?.text ?? ''
    const line = lineOf(context)
    if (!mayEdit(context)) return html`${fileText(path, text, line)}${backLink(context)}`
    return html`${otherFilesNote(context)}${overlaid && overlayNote(overlaid, file === undefined, context)}
${await editorForm(
  {
    ...{ path, line, readOnlyReason, panel: 'preview', text: text.replace(/\r\n/g, '\n') },
    opened: tokenOf(file?.text),
    result: await firstResult({ path, line }, isRunning, context),
  },
  context,
)}`
  },
}

export const mayEdit = ({ may, specEditor }: PageContext): boolean => specEditor !== undefined && may('set-up')

/** The running spec is compiled already. */
async function firstResult(
  place: { readonly path: string; readonly line: number | undefined },
  isRunning: boolean,
  context: PageContext,
): Promise<Html> {
  const { options, specEditor } = context
  if (isRunning || specEditor === undefined) return previewPanel({ spec: options.connector.spec, ...place }, context)
  const { spec, diagnostics } = await specEditor.load()
  return spec === undefined ? problemsSection(diagnostics, context) : previewPanel({ spec, ...place }, context)
}

function baseFile({ path, text, base }: SourceFile, context: PageContext): Html {
  const overlay = base?.overlayPath ?? ''
  return html`<p class="note">This file belongs to the base that your files extend, and changes with its updates. ${mayEdit(context) && html`To change what it says, write only the difference into <a href="${context.link(fileLink(overlay))}"><code>${overlay}</code></a>.`}</p>
${fileText(path, text, lineOf(context))}${backLink(context)}`
}

const overlayNote = ({ path }: SourceFile, isNew: boolean, { link }: PageContext): Html =>
  html`<p class="note">${isNew && 'A new file. '}It changes <a href="${link(fileLink(path))}"><code>${path}</code></a>: write only what differs. <code>~</code> removes a value.</p>`

const fileText = (path: string, text: string, marked: number | undefined): Html =>
  html`<pre class="yaml" tabindex="0" aria-label="${path}"><code>${text
    .trimEnd()
    .split('\n')
    .map(
      (line, index) => html`<span class="line${marked === index + 1 && ' marked'}">${line}
</span>`,
    )}</code></pre>`

const backLink = ({ link }: PageContext): Html => html`<p><a href="${link(MAPPINGS_PATH)}">All mappings</a></p>`

/** The form around the text of a file: without its script a plain field with buttons, with it an editor. */
import { html } from 'hono/html'
import { editorScriptLink } from '../../assets.ts'
import type { Html, PageContext } from '../../types.ts'
import { DRAFT_PATH, fileLink, MAPPINGS_PATH, SAVE_PATH } from './addresses.ts'

export type Panel = 'check' | 'preview' | 'plan' | 'tests' | 'patch'

export interface EditedFile {
  readonly path: string
  readonly text: string
  /** `tokenOf` the text that is on disk. */
  readonly opened: string
  /** Where the cursor stands, from 1. */
  readonly line?: number | undefined
  /** Whether the text is one that was sent, and is not in the file. */
  readonly isUnsaved?: boolean
  /** Why it cannot be saved here, as a sentence. */
  readonly readOnlyReason?: string | undefined
  /** Of the page that shows it again. Default: that of the file. */
  readonly address?: string
  readonly panel: Panel | 'save'
  /** The content of the panel. */
  readonly result: Html | string
}

const PANELS: readonly (readonly [panel: Panel, label: string])[] = [
  ['preview', 'Preview'],
  ['plan', 'What changes'],
  ['tests', 'Tests'],
  ['check', 'Problems'],
  ['patch', 'Patch'],
]

const TITLES: Readonly<Record<EditedFile['panel'], string>> = {
  ...(Object.fromEntries(PANELS) as Record<Panel, string>),
  save: 'Nothing was saved',
}

export async function editorForm(file: EditedFile, context: PageContext): Promise<Html> {
  const { path, text, opened, panel, readOnlyReason, line, isUnsaved, address = fileLink(path) } = file
  const { link, csrfField, specEditor } = context
  const script = await editorScriptLink(link)
  const panels = PANELS.filter(([name]) => name !== 'tests' || specEditor?.editable.runCases !== undefined)
  return html`<form method="post" action="${link(SAVE_PATH)}" class="editing" data-editor="${link(DRAFT_PATH)}" data-address="${link(address)}"${isUnsaved && html` data-unsaved`} autocomplete="off">${csrfField}
<input type="hidden" name="name" value="${path}"><input type="hidden" name="opened" value="${opened}"><input type="hidden" name="line" value="${line}">
<div class="edited"><label for="text" class="hidden">Text of ${path}</label>
<textarea id="text" name="text" rows="30" spellcheck="false" autocapitalize="off" wrap="off" dir="ltr">
${text}</textarea>
<div class="row apart"><p class="soft" data-status role="status"></p><p class="soft" data-hint hidden><kbd>Esc</kbd>, then <kbd>Tab</kbd> leaves the editor. <kbd>Ctrl</kbd>+<kbd>Space</kbd> completes.</p></div>
${saveRow(readOnlyReason, link)}</div>
<div class="results"><div class="row tabs" role="group" aria-label="Show">${panels.map(([name, label]) => html`<button class="plain small" name="do" value="${name}" formaction="${link(DRAFT_PATH)}"${name === panel && html` aria-pressed="true"`}>${label}</button>`)}</div>
${resultSection(file)}</div>
</form>
${script && html`<script type="module" src="${script}"></script>`}`
}

const resultSection = ({ panel, result }: Pick<EditedFile, 'panel' | 'result'>): Html =>
  html`<section id="result" class="card" aria-labelledby="result-title" aria-live="polite"><h2 id="result-title">${TITLES[panel]}</h2>
${result}</section>`

function saveRow(readOnlyReason: string | undefined, link: PageContext['link']): Html {
  const back = html`<a href="${link(MAPPINGS_PATH)}">All mappings</a>`
  if (readOnlyReason === undefined) return html`<div class="row"><button data-save>Save and run</button>${back}</div>`
  return html`<p class="note">${readOnlyReason} Copy the change as a patch, and apply it where the files are kept: <code>git apply mappings.patch</code>.</p>
<div class="row"><button name="do" value="download" formaction="${link(DRAFT_PATH)}">Download the patch</button>${back}</div>`
}

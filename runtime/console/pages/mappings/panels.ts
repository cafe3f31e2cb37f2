/** Works out what the page of a file shows of a changed text. */
import { html } from 'hono/html'
import { unifiedDiff } from '../../../lib/text/unified-diff.ts'
import type { LoadedSpec } from '../../../spec/load.ts'
import { withChanges } from '../../../spec-editing/changed-files.ts'
import { planDraft } from '../../../spec-editing/plan-draft.ts'
import type { SpecEditor } from '../../../spec-editing/spec-editor.ts'
import { copyButton } from '../../copyable.ts'
import type { Html, PageContext } from '../../types.ts'
import { diffView } from './diff-view.ts'
import { changeOf, type Draft, plainChangeOf } from './draft.ts'
import type { Panel } from './editor-form.ts'
import { planPanel } from './plan-panel.ts'
import { previewPanel } from './preview-panel.ts'
import { problemsSection } from './problems.ts'
import { testsPanel } from './tests-panel.ts'

export async function renderPanel(
  panel: Panel,
  draft: Draft,
  editor: SpecEditor,
  context: PageContext,
): Promise<Html | string> {
  if (panel === 'patch') return patchPanel(await patchOf(draft, editor))
  const change = plainChangeOf(draft)
  const loaded = await editor.load([change], panel === 'check' ? 'try' : 'to-run')
  if (panel === 'check' || loaded.spec === undefined) return problemsSection(loaded.diagnostics, context)
  return resultOf(panel, draft, { ...loaded, spec: loaded.spec }, { editor, context })
}

interface Parts {
  readonly editor: SpecEditor
  readonly context: PageContext
}

async function resultOf(
  panel: 'preview' | 'plan' | 'tests',
  draft: Draft,
  { spec }: LoadedSpec & { readonly spec: NonNullable<LoadedSpec['spec']> },
  { editor, context }: Parts,
): Promise<Html | string> {
  const { connector, clock } = context.options
  if (panel === 'preview') return previewPanel({ spec, ...draft }, context)
  if (panel === 'plan') return planPanel(await planDraft(spec, connector, clock), spec.destination.name, context.link)
  const { files, runCases } = editor.editable
  if (runCases === undefined) return html`<p>The program that runs this connector runs no cases.</p>`
  return testsPanel(await runCases(spec, withChanges(files, [plainChangeOf(draft)])), context.options.app.program)
}

/** A unified diff of the file on disk and the changed text. */
export async function patchOf(draft: Draft, editor: SpecEditor): Promise<string> {
  const { path, before, after } = changeOf(draft, await editor.editable.files.read(draft.path))
  return unifiedDiff([{ path, before, after }])
}

const patchPanel = (patch: string): Html =>
  patch === ''
    ? html`<p>The text is that of the file.</p>`
    : html`<p class="soft">From the file to this text. <code>git apply</code> takes it. ${copyButton(patch, 'Copy', 'Copy the patch')}</p>${diffView(patch, 'Patch')}`

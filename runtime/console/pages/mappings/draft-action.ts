/** Answers about a text that is not saved: problems, completion, preview, plan, tests, patch. Saves nothing. */
import { html } from 'hono/html'
import { TextCompleter } from '../../../editor/complete-text.ts'
import { withChanges } from '../../../spec-editing/changed-files.ts'
import type { SpecEditor } from '../../../spec-editing/spec-editor.ts'
import type { Action, PageContext } from '../../types.ts'
import { DRAFT_PATH, FILE_PATH } from './addresses.ts'
import { type Draft, plainChangeOf, readDraft } from './draft.ts'
import { editorForm, type Panel } from './editor-form.ts'
import { patchOf, renderPanel } from './panels.ts'
import { problemsJson } from './problems.ts'

const isPanel = (name: string | null): name is Panel =>
  ['check', 'preview', 'plan', 'tests', 'patch'].includes(name ?? '')

export const draftAction: Action = {
  path: DRAFT_PATH,
  access: 'set-up',
  async run(context) {
    const { specEditor, form, request } = context
    const draft = readDraft(context)
    if (specEditor === undefined) return context.notFound('The host of this connector passes no files to edit.')
    const what = form.get('do')
    if (what === 'download') return download(await patchOf(draft, specEditor))
    if (request.headers.get('accept')?.includes('application/json') === true)
      return Response.json(await answer(what, draft, specEditor, context))
    const panel = isPanel(what) ? what : 'check'
    const [result, readOnlyReason] = await Promise.all([
      renderPanel(panel, draft, specEditor, context),
      specEditor.readOnlyReason(),
    ])
    const body = html`${await editorForm({ ...draft, panel, isUnsaved: true, result, readOnlyReason }, context)}`
    return context.respond({ path: FILE_PATH, title: draft.path, body })
  },
}

const download = (patch: string): Response =>
  new Response(patch, {
    headers: {
      'content-type': 'text/x-diff; charset=utf-8',
      'content-disposition': 'attachment; filename="mappings.patch"',
    },
  })

/** For the editor's script. */
async function answer(what: string | null, draft: Draft, editor: SpecEditor, { form }: PageContext): Promise<object> {
  const change = plainChangeOf(draft)
  const offset = Math.min(draft.text.length, Math.max(0, Number.parseInt(form.get('offset') ?? '0', 10) || 0))
  const place = { ...draft, offset }
  const files = withChanges(editor.editable.files, [change])
  if (what === 'complete') return { completions: await completerOf(editor).complete(place, files) }
  if (what === 'hover') return { description: (await completerOf(editor).hover(place, files)) ?? null }
  const { diagnostics } = await editor.load([change], 'check')
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  return { problems: problemsJson(diagnostics, draft.path), errors, warnings: diagnostics.length - errors }
}

const completers = new WeakMap<SpecEditor, TextCompleter>()

/** Keeps what it knew of a spec while a text is unfinished. */
function completerOf(editor: SpecEditor): TextCompleter {
  const { functions, bases } = editor.editable
  const completer = completers.get(editor) ?? new TextCompleter(functions, bases)
  completers.set(editor, completer)
  return completer
}

/** Saves the text of a file: checked, with consent where events would count again or get lost, and run at once. */
import { html } from 'hono/html'
import { plural } from '../../../lib/format.ts'
import { unifiedDiff } from '../../../lib/text/unified-diff.ts'
import type { MetricLosses } from '../../../plan/types.ts'
import type { ChangedKey } from '../../../running-spec/compare-specs.ts'
import type { NeedsConsent, SaveResult } from '../../../spec-editing/spec-editor.ts'
import type { CaseResults } from '../../../spec-editing/types.ts'
import type { Action, Html, PageContext } from '../../types.ts'
import { FILE_PATH, fileLink, SAVE_PATH } from './addresses.ts'
import { diffView } from './diff-view.ts'
import { changeOf, type Draft, readDraft, tokenOf } from './draft.ts'
import { editorForm } from './editor-form.ts'
import { lossList, lossTitle } from './losses.ts'
import { problemsSection } from './problems.ts'
import { leftOutText, testsPanel } from './tests-panel.ts'

export const saveAction: Action = {
  path: SAVE_PATH,
  access: 'set-up',
  async run(context) {
    const { specEditor, form, person, redirect } = context
    const draft = readDraft(context)
    if (specEditor === undefined) return context.notFound('The host of this connector passes no files to edit.')
    const onDisk = await specEditor.editable.files.read(draft.path)
    if (tokenOf(onDisk) !== draft.opened) return showConflict(draft, onDisk, context)
    const result = await specEditor.save([changeOf(draft, onDisk)], {
      acceptNewKeys: form.getAll('accept'),
      acceptBroken: form.getAll('accept-broken'),
      acceptFailedCases: form.has('accept-cases'),
      by: person,
    })
    if (result.status === 'unchanged') return redirect(fileLink(draft.path), 'The text is that of the file.', 'still')
    if (result.status === 'saved')
      return redirect(fileLink(draft.path), savedText(`Saved ${draft.path}`, result, context))
    if (result.status === 'conflict') return showConflict(draft, result.text, context)
    return show(draft, problemOf(result, context), 422, context)
  },
}

export function savedText(
  what: string,
  { hash, isRunning, cases }: Extract<SaveResult, { status: 'saved' }>,
  { options }: PageContext,
): string {
  const owner = options.otherOwner?.()
  if (owner !== undefined)
    return `${what} as ${hash}, on this machine only. Process ${owner} delivers, and maps by its own files until you change them there.`
  const when = isRunning ? 'This process maps by it from now on.' : 'It runs after the next start.'
  return `${what} as ${hash}. ${when}${cases === undefined ? '' : testedText(cases, options.app.program)}`
}

/** Those that fail are known, or consented to. */
function testedText(cases: CaseResults, program?: string): string {
  const texts = [
    ...(cases.passed > 0 ? [`${plural(cases.passed, 'case')} passed.`] : []),
    ...(cases.failed.length > 0 ? [`${plural(cases.failed.length, 'case')} failed, as before.`] : []),
    ...(cases.leftOut === undefined ? [] : [leftOutText(cases.leftOut, program)]),
  ]
  return texts.map((one) => ` ${one}`).join('')
}

type Failure = Exclude<SaveResult, { status: 'saved' | 'unchanged' | 'conflict' }>

/** Why nothing was saved, and what to do. */
export function problemOf(result: Failure, context: PageContext): Html {
  if (result.status === 'invalid') return problemsSection(result.diagnostics, context)
  if (result.status === 'needs-consent') return consentFields(result, context)
  return html`<p class="message bad" role="alert">${result.reason}</p>`
}

function consentFields({ keys, broken, cases }: NeedsConsent, { form, options, link }: PageContext): Html {
  // Only the form of the editor sends a text.
  const editorLink = form.has('text') ? link : undefined
  return html`${keys.length > 0 && keyConsent(keys, form.getAll('accept'))}
${broken.length > 0 && brokenConsent(broken, form.getAll('accept-broken'), editorLink)}
${cases ? caseConsent(cases, options.app.program) : form.has('accept-cases') && html`<input type="hidden" name="accept-cases" value="on">`}`
}

const keyConsent = (keys: readonly ChangedKey[], accepted: readonly string[]): Html =>
  html`<p class="message bad" role="alert">The key of ${plural(keys.length, 'metric')} changes, so delivered events count again when they come again: by import, webhook or the check for missed webhooks.</p>
${keys.map(
  ({ metric, before, after, delivered, since }) => html`<fieldset><legend>${metric}</legend>
<p>${plural(delivered, 'event')} delivered since ${since}. The key was <code>${before.join(', ')}</code>, and would be <code>${after.join(', ')}</code>.</p>
<label class="check"><input type="checkbox" name="accept" value="${metric}"${accepted.includes(metric) && html` checked`}> <span>Count them again</span></label></fieldset>`,
)}
<p>Keep the key to save without this, or mark each metric and save again.</p>`

/** By metric: what breaks another one after that is not consented to. */
const brokenConsent = (
  broken: readonly MetricLosses[],
  accepted: readonly string[],
  link?: PageContext['link'],
): Html =>
  html`<p class="message bad" role="alert">By this change recent records fail, are left out, or lack a property. They were mapped to find out; nothing was sent.</p>
${broken.map(
  (losses) => html`<fieldset><legend>${lossTitle(losses.metric)}</legend>
${lossList(losses, link)}
<label class="check"><input type="checkbox" name="accept-broken" value="${losses.metric}"${accepted.includes(losses.metric) && html` checked`}> <span>Accept this for ${lossTitle(losses.metric)}</span></label></fieldset>`,
)}
<p>Mark each metric where this is meant, and press the button again.</p>`

const caseConsent = (cases: CaseResults, program?: string): Html =>
  html`<p class="message bad" role="alert">Tests that pass with the running mappings fail with this text.</p>
${testsPanel(cases, program)}
<label class="check"><input type="checkbox" name="accept-cases"> <span>Save although they fail</span></label>
<p>Mark this and save again where the tests are to change, or change the text.</p>`

function showConflict(draft: Draft, onDisk: string | undefined, context: PageContext): Promise<Response> {
  const { path, before, after } = changeOf(draft, onDisk)
  const patch = unifiedDiff([{ path, before, after }])
  const result = html`<p class="message bad" role="alert">${onDisk === undefined ? 'The file is gone' : 'The file was changed elsewhere'} since you opened it.</p>
<p>Save again to replace it by your text, or <a href="${context.link(fileLink(path))}">open it as it is now</a>.</p>
${patch !== '' && html`<p class="soft">From the file as it is now to your text:</p>${diffView(patch, 'Differences')}`}`
  return show({ ...draft, opened: tokenOf(onDisk) }, result, 409, context)
}

async function show(draft: Draft, result: Html, status: 409 | 422, context: PageContext): Promise<Response> {
  const readOnlyReason = await context.specEditor?.readOnlyReason()
  const body = await editorForm({ ...draft, panel: 'save', isUnsaved: true, result, readOnlyReason }, context)
  return context.respond({ path: FILE_PATH, title: draft.path, body, status })
}

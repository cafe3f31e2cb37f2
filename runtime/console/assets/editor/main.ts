/** Turns the form of a file into an editor: marks problems while one types, completes, and keeps the panel beside it fresh. */
import { createEditor } from './editor-view.ts'
import { FormClient } from './form-client.ts'
import { startPanels } from './panels.ts'

const form = document.querySelector<HTMLFormElement>('form[data-editor]')
const field = form?.querySelector('textarea')

if (form && field) {
  const client = new FormClient(form)
  const panels = startPanels(form, client)
  const saved = form.dataset.unsaved === undefined ? field.value : undefined
  let isSubmitted = false
  const view = createEditor({
    field,
    client,
    onText: panels.textChanged,
    onLine: panels.lineChanged,
    onProblems: panels.problemsFound,
    save: () => form.querySelector<HTMLButtonElement>('[data-save]')?.click(),
  })
  panels.onPlace((line) => view.goTo(line))
  const place = Number(form.querySelector<HTMLInputElement>('input[name=line]')?.value)
  if (place > 0) view.show(place)
  form.addEventListener('submit', () => {
    isSubmitted = true
  })
  addEventListener('beforeunload', (event) => {
    if (!isSubmitted && field.value !== saved) event.preventDefault()
  })
  // A page that comes back from the history of the browser.
  addEventListener('pageshow', () => {
    isSubmitted = false
  })
  // A page that answers a form has the address of the form, which no later request can read.
  const { address } = form.dataset
  if (form.dataset.unsaved !== undefined && address) history.replaceState(null, '', address)
  for (const hint of form.querySelectorAll<HTMLElement>('[data-hint]')) hint.hidden = false
}

/** The panels beside the editor: fetched instead of a new page, and fetched again when the text or the cursor moves on. */
import type { Checked, FormClient } from './form-client.ts'

/** Milliseconds after the last change. */
const PREVIEW_DELAY = 700

export function startPanels(form: HTMLFormElement, client: FormClient) {
  const status = form.querySelector<HTMLElement>('[data-status]')
  const lineField = form.elements.namedItem('line') as HTMLInputElement
  const buttons = [...form.querySelectorAll<HTMLButtonElement>('button[name=do][aria-pressed], .tabs button[name=do]')]
  let current = buttons.find((button) => button.getAttribute('aria-pressed') === 'true')?.value
  let goTo: (line: number) => void = () => undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let running = new AbortController()

  const show = async (panel: string) => {
    current = panel
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.value === panel))
    running.abort()
    running = new AbortController()
    const { signal } = running
    const before = document.getElementById('result')
    before?.setAttribute('aria-busy', 'true')
    try {
      const fresh = (await client.page(panel, signal)).getElementById('result')
      if (fresh && !signal.aborted) replace(before, document.importNode(fresh, true))
    } catch (error) {
      if (signal.aborted) return
      before?.removeAttribute('aria-busy')
      if (status) status.textContent = `No answer from the server: ${String((error as Error).message)}.`
    }
  }
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(() => void show('preview'), PREVIEW_DELAY)
  }

  for (const button of buttons)
    button.addEventListener('click', (event) => {
      event.preventDefault()
      clearTimeout(timer)
      void show(button.value)
    })
  // A place in this file is one in the editor.
  form.addEventListener('click', (event) => {
    const link = (event.target as Element).closest<HTMLElement>('a[data-line]')
    const name = (form.elements.namedItem('name') as HTMLInputElement).value
    if (link?.dataset.file !== name) return
    event.preventDefault()
    goTo(Number(link.dataset.line))
  })

  return {
    onPlace(listener: (line: number) => void) {
      goTo = listener
    },
    textChanged() {
      if (current === 'plan' || current === 'tests' || current === 'patch')
        document.getElementById('result')?.classList.add('stale')
    },
    lineChanged(line: number) {
      lineField.value = String(line)
      if (current === 'preview') later()
    },
    problemsFound({ errors, warnings }: Checked, isChanged: boolean) {
      if (status) status.textContent = describe(errors, warnings)
      status?.classList.toggle('bad-text', errors > 0)
      if (!isChanged) return
      if (current === 'check' || (errors > 0 && current === 'preview'))
        void show('check').then(() => errors > 0 && wait())
      else if (current === 'preview') later()
    },
  }

  /** The preview comes back once the errors are gone. */
  function wait() {
    current = 'preview'
  }
}

/** What the reader opened stays open. */
function replace(before: HTMLElement | null, fresh: HTMLElement): void {
  if (before === null) return
  const summaries = new Set(
    [...before.querySelectorAll('details[open] > summary')].map((summary) => summary.firstChild?.textContent),
  )
  for (const details of fresh.querySelectorAll('details'))
    if (summaries.has(details.querySelector('summary')?.firstChild?.textContent)) details.open = true
  before.replaceWith(fresh)
}

function describe(errors: number, warnings: number): string {
  const count = (n: number, word: string) => (n === 0 ? [] : [`${n} ${word}${n === 1 ? '' : 's'}`])
  return [...count(errors, 'error'), ...count(warnings, 'warning')].join(', ') || 'No problems'
}

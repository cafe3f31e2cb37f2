/** Completion and hover: what the server knows of the place in the text. */
import type { CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete'
import type { EditorView, Tooltip } from '@codemirror/view'
import type { Completion, Description, FormClient } from './form-client.ts'

/** Characters after which the list opens by itself. */
const OPENS = /[\w$.`"'-]$/

const TYPES: Readonly<Record<Completion['kind'], string>> = {
  field: 'property',
  variable: 'variable',
  function: 'function',
  value: 'enum',
  name: 'constant',
  key: 'keyword',
}

export function completeFrom(client: FormClient): CompletionSource {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const { pos, explicit, state } = context
    if (!explicit && !OPENS.test(state.sliceDoc(Math.max(0, pos - 1), pos))) return null
    const { completions } = await client.complete(pos)
    const [first] = completions
    if (context.aborted || first === undefined) return null
    // All completions of a place replace the same word, but for a few: those keep their own begin.
    const from = pos - Math.min(...completions.map(({ replaces }) => replaces))
    return {
      from,
      options: completions.map(({ label, kind, insert, replaces, description }, index) => ({
        label,
        type: TYPES[kind],
        boost: -index / completions.length,
        apply: (view: EditorView) => {
          const head = view.state.selection.main.head
          const start = Math.min(pos - replaces, head)
          view.dispatch({
            changes: { from: start, to: head, insert },
            selection: { anchor: start + insert.length },
            userEvent: 'input.complete',
          })
        },
        ...(description && {
          detail: cut(description.title.replace(/^[^:]*: ?/, '')),
          info: () => describe(description),
        }),
      })),
      validFor: /^[\w$-]*$/,
    }
  }
}

const cut = (text: string): string => (text.length > 24 ? `${text.slice(0, 23)}…` : text)

export const describeAt =
  (client: FormClient) =>
  async (_: EditorView, pos: number): Promise<Tooltip | null> => {
    const { description } = await client.hover(pos)
    return description && { pos, create: () => ({ dom: describe(description) }) }
  }

/** Texts are Markdown of backquotes only. */
function describe({ title, text }: Description): HTMLElement {
  const box = document.createElement('div')
  box.className = 'description'
  const head = document.createElement('code')
  head.textContent = title
  const body = document.createElement('p')
  for (const [index, part] of text.split('`').entries()) {
    const piece = document.createElement(index % 2 === 1 ? 'code' : 'span')
    piece.textContent = part
    body.append(piece)
  }
  box.append(head, ...(text === '' ? [] : [body]))
  return box
}

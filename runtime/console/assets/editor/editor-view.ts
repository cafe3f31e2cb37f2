/** The editor component: CodeMirror in a shadow root, whose style sheets need no exception from the content policy. */
import { acceptCompletion, autocompletion, closeBrackets, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, indentService, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { linter, lintGutter, lintKeymap } from '@codemirror/lint'
import { EditorState, Prec } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { completeFrom, describeAt } from './assistance.ts'
import type { Checked, FormClient } from './form-client.ts'
import { highlighting, theme } from './theme.ts'

export interface EditorOptions {
  readonly field: HTMLTextAreaElement
  readonly client: FormClient
  readonly onText: () => void
  readonly onLine: (line: number) => void
  /** `isChanged`: whether the text is another than at the last call. */
  readonly onProblems: (checked: Checked, isChanged: boolean) => void
  readonly save: () => void
}

/** Milliseconds after the last key. */
const CHECK_DELAY = 300

export function createEditor(options: EditorOptions) {
  const { field } = options
  const host = document.createElement('div')
  host.className = 'editor'
  const root = host.attachShadow({ mode: 'open' })
  field.before(host)
  // Who began to type before the script had loaded goes on in the editor.
  const isTyping = document.activeElement === field
  field.hidden = true
  const state = EditorState.create({
    doc: field.value,
    selection: { anchor: isTyping ? Math.min(field.selectionEnd, field.value.length) : 0 },
    extensions: [editing(options), appearance(field), checking(options)],
  })
  const view = new EditorView({ state, root, parent: root })
  if (isTyping) view.focus()
  const show = (line: number) => {
    const { from } = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)))
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
  }
  return {
    show,
    goTo(line: number) {
      show(line)
      view.focus()
    },
  }
}

function editing({ client, save }: EditorOptions) {
  const saving = {
    key: 'Mod-s',
    preventDefault: true,
    run: () => {
      save()
      return true
    },
  }
  return [
    history(),
    drawSelection(),
    indentation,
    indentUnit.of('  '),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ override: [completeFrom(client)], icons: false }),
    hoverTooltip(describeAt(client)),
    Prec.high(keymap.of([{ key: 'Tab', run: acceptCompletion }])),
    keymap.of([saving, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
  ]
}

/** A line begins below the one before it, or deeper where that opens a map or a text. */
const indentation = indentService.of((context, position) => {
  const { text } = context.lineAt(position, -1)
  const [{ length } = ''] = /^ */.exec(text) ?? []
  return /(?::|[|>][+-]?)\s*$/.test(text) && !/^\s*#/.test(text) ? length + context.unit : length
})

function appearance(field: HTMLTextAreaElement) {
  const label = field.labels[0]?.textContent ?? 'Text'
  return [
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    yaml(),
    syntaxHighlighting(highlighting),
    theme,
    EditorView.contentAttributes.of({
      'aria-label': `${label}. Escape, then Tab leaves the editor.`,
      spellcheck: 'false',
      // Programs that judge pages do not see that it takes the focus anyway.
      tabindex: '0',
    }),
  ]
}

function checking({ field, client, onText, onLine, onProblems }: EditorOptions) {
  let checked: string | undefined
  let line = 0
  return [
    lintGutter(),
    linter(
      async (view) => {
        const text = view.state.doc.toString()
        const found = await client.check()
        onProblems(found, checked !== undefined && text !== checked)
        checked = text
        const { length } = view.state.doc
        return found.problems.map(({ from, to, severity, message }) => ({
          from: Math.min(from, length),
          to: Math.min(to, length),
          ...{ severity, message },
        }))
      },
      { delay: CHECK_DELAY },
    ),
    EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) {
        field.value = state.doc.toString()
        onText()
      }
      const { number } = state.doc.lineAt(state.selection.main.head)
      if (number !== line && line !== 0) onLine(number)
      line = number
    }),
  ]
}

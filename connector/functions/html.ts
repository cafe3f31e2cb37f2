/** Plain text of HTML, as Intercom's message bodies are. One pass over the text: its time grows with its length. */
import { plainText } from './text.ts'

/** Elements that begin and end a line. */
const BLOCKS: ReadonlySet<string> = new Set(
  'address article blockquote br dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li ol p pre section table tr ul'.split(
    ' ',
  ),
)
/** Elements whose content is no text. */
const HIDDEN: ReadonlySet<string> = new Set(['script', 'style', 'template'])

/** Without tags, entities decoded, one line for each block. Undefined if nothing remains. */
export function htmlToText(html: string): string | undefined {
  let text = ''
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) break
    text += html.slice(at, open)
    const tag = readTag(html, open)
    if (tag === undefined) {
      text += '<'
      at = open + 1
      continue
    }
    if (BLOCKS.has(tag.name)) text += '\n'
    at = HIDDEN.has(tag.name) && !tag.isClosing ? endOfElement(html, tag) : tag.end
  }
  return tidy(text + html.slice(at))
}

interface Tag {
  readonly name: string
  readonly isClosing: boolean
  /** The index after it. */
  readonly end: number
}

const TAG = /<(\/?)([a-zA-Z][a-zA-Z0-9]{0,20})/y

/** Undefined if `<` is only text, as in `a < b`. A tag without an end takes the rest. */
function readTag(html: string, open: number): Tag | undefined {
  if (html.startsWith('<!--', open)) return { name: '', isClosing: false, end: after(html, '-->', open) }
  TAG.lastIndex = open
  const [, slash, name = ''] = TAG.exec(html) ?? []
  if (slash === undefined) return undefined
  return { name: name.toLowerCase(), isClosing: slash === '/', end: after(html, '>', open) }
}

function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from)
  return found < 0 ? html.length : found + mark.length
}

/** HTML ends such an element only at its closing tag. Reads on from there, so that many of them take no longer than one. */
function endOfElement(html: string, { name, end }: Tag): number {
  const close = new RegExp(`</${name}`, 'gi')
  close.lastIndex = end
  const found = close.exec(html)
  return found === null ? html.length : after(html, '>', found.index)
}

/** Other white space becomes one space; lines without text go. */
function tidy(text: string): string | undefined {
  const lines = text.split('\n').map((line) => plainText(line.replace(/[\s\u200b]+/g, ' ')))
  return lines.filter((line) => line !== undefined).join('\n') || undefined
}

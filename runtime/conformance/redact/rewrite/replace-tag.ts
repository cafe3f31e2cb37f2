/** Replaces what is personal in a tag of HTML, and keeps its form. */
import { decodeHTML } from 'entities/decode'

/** Elements of text, mail and error pages. `<Ada Obrien>` is no tag. */
const ELEMENTS = `
  a abbr address article aside b blockquote body br button caption center cite code col colgroup dd del details div dl dt em
  figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label li link main mark meta
  nav ol p pre q s samp section small span strike strong style sub summary sup svg table tbody td tfoot th thead time title tr tt u
  ul video audio source o:p
`

export const TAG = String.raw`<\/?(?:${ELEMENTS.trim().split(/\s+/).join('|')})(?:\s[^<>]*)?\/?>`

const ATTRIBUTES = new Set(
  `alt align bgcolor border cellpadding cellspacing charset class cite color cols colspan content data-email datetime dir disabled
  face for height href hreflang id itemprop lang loading name rel role rows rowspan size src srcset start style tabindex target
  title type valign value width`.split(/\s+/),
)

/** Their values say nothing of a person. */
const PLAIN = new Set(
  'align border cellpadding cellspacing cols colspan dir disabled height lang loading rel rows rowspan size start tabindex target valign width'.split(
    ' ',
  ),
)

export interface TagContext {
  /** A value of an attribute, without its escapes. */
  rewriteValue(text: string): string
  rewriteWord(word: string): string
}

/** Keeps the name of the element and those of known attributes. */
export function replaceTag(tag: string, { rewriteValue, rewriteWord }: TagContext): string {
  const begin = /^<\/?[\w:-]+/.exec(tag)?.[0] ?? ''
  const replaceWords = (text: string) => text.replace(/[\p{L}\p{M}\p{N}]+/gu, rewriteWord)
  const attribute = /([^\s=<>"'/]+)(?:(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+))?/g
  const rest = tag.slice(begin.length).replace(attribute, (_, name: string, equals = '', quoted = '') => {
    const lower = name.toLowerCase()
    const written = ATTRIBUTES.has(lower)
      ? name
      : name.replace(/^data-/i, '') === name
        ? replaceWords(name)
        : `data-${replaceWords(name.slice(5))}`
    const quote = /^["']/.test(quoted) ? String(quoted).charAt(0) : ''
    const value = quote === '' ? String(quoted) : String(quoted).slice(1, -1)
    const isPlain = value === '' || (PLAIN.has(lower) && /^[\w.%-]{0,12}$/.test(value))
    return `${written}${equals}${quote}${isPlain ? value : escapeAttribute(rewriteValue(decodeHTML(value)))}${quote}`
  })
  return begin + rest
}

const escapeAttribute = (text: string): string =>
  text.replace(/&/g, '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')

/** Live sections of a rendered page: a refresh sends only those that the browser does not have yet. */
import { createHash } from 'node:crypto'

export interface LiveSection {
  readonly id: string
  /** With its hash in the attribute `data-live`. */
  readonly html: string
}

export interface LivePage {
  /** The whole page, each live section with its hash. */
  readonly html: string
  readonly sections: readonly LiveSection[]
}

const START = /<([a-z]+)\b[^>]*\sdata-live(?=[\s>])[^>]*>/g

/**
 * Finds the elements with `data-live` and an id. Values are escaped, so every `<` begins a tag. `variable` differs in each
 * response, like a masked token, and is left out of the hashes.
 */
export function findLiveSections(page: string, variable: string): LivePage {
  const sections: LiveSection[] = []
  let html = ''
  let end = 0
  for (const start of page.matchAll(START)) {
    const [tag, name = ''] = start
    const id = /\sid="([^"]+)"/.exec(tag)?.[1]
    // Inside of another one.
    if (id === undefined || start.index < end) continue
    const sectionEnd = endOfElement(page, name, start.index)
    const text = page.slice(start.index, sectionEnd)
    const hash = hashOf(variable === '' ? text : text.replaceAll(variable, ''))
    const section = { id, html: text.replace(/\sdata-live(?=[\s>])/, ` data-live="${hash}"`) }
    sections.push(section)
    html += page.slice(end, start.index) + section.html
    end = sectionEnd
  }
  return { html: html + page.slice(end), sections }
}

/** Behind the closing tag that belongs to the opening one at `from`. */
function endOfElement(page: string, name: string, from: number): number {
  const tags = new RegExp(`<(/?)${name}\\b[^>]*>`, 'g')
  tags.lastIndex = from
  let depth = 0
  for (let tag = tags.exec(page); tag !== null; tag = tags.exec(page)) {
    depth += tag[1] === '' ? 1 : -1
    if (depth === 0) return tags.lastIndex
  }
  return page.length
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12)

/** By the id of each section: its markup, or null for one that the browser has. `known`: `id=hash,id=hash`. */
export function changedSections(
  sections: readonly LiveSection[],
  known: string,
): Readonly<Record<string, string | null>> {
  const has = new Set(known.split(','))
  return Object.fromEntries(
    sections.map(({ id, html }) => {
      const hash = /\sdata-live="([^"]*)"/.exec(html)?.[1] ?? ''
      return [id, has.has(`${id}=${hash}`) ? null : html]
    }),
  )
}

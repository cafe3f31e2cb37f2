/** A place in the spec, which links to its line in the editor where the running spec has the file. */
import { html } from 'hono/html'
import { parsePlace } from '../spec/source-file.ts'
import { fileLink } from './pages/mappings/addresses.ts'
import type { Html, PageContext } from './types.ts'

export function placeLink(place: string, { options, link }: Pick<PageContext, 'options' | 'link'>): Html {
  const { path, line } = parsePlace(place) ?? {}
  return path === undefined || !options.connector.spec.sourceFiles.some((file) => file.path === path)
    ? html`<code>${place}</code>`
    : html`<a class="place" href="${link(fileLink(path, line))}">${place}</a>`
}

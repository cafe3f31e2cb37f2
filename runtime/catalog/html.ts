/** Writes a catalog as one page of HTML that needs no other file and runs no script. */
import { html, raw } from 'hono/html'
import { nameFiles } from './names.ts'
import {
  describeIntroduction,
  describeProperty,
  type Fact,
  type Inline,
  listFacts,
  listMetricTables,
  listProfileFacts,
  listProfileTables,
  PROPERTY_COLUMNS,
  type PropertyTable,
  TITLE,
} from './texts.ts'
import type { Catalog } from './types.ts'

type Html = ReturnType<typeof html>

interface Section {
  readonly id: string
  readonly name: string
  readonly summary: string
  readonly facts: readonly Fact[]
  readonly tables: readonly PropertyTable[]
}

export async function renderHtml(catalog: Catalog): Promise<string> {
  const sections = listSections(catalog)
  const title = `${TITLE}: ${catalog.source} to ${catalog.destination}`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header><h1>${title}</h1>
${describeIntroduction(catalog).map((text) => html`<p>${text}</p>\n`)}</header>
<nav aria-label="Metrics"><ul>
${sections.map(({ id, name, summary }) => html`<li><a href="#${id}">${name}</a> ${summary}</li>\n`)}</ul></nav>
<main>
${sections.map((section) => renderSection(section, catalog.source))}</main>
</body>
</html>
`
  return String(await page)
}

function listSections(catalog: Catalog): readonly Section[] {
  const names = nameFiles(catalog)
  const metrics = catalog.metrics.map((metric) => ({
    id: names.get(metric) ?? '',
    name: metric.name,
    summary: metric.summary,
    facts: listFacts(metric, catalog),
    tables: listMetricTables(metric),
  }))
  const { summary } = catalog.profile
  const profile = { facts: listProfileFacts(catalog), tables: listProfileTables(catalog) }
  return [...metrics, { id: 'profile', name: 'Profile', summary, ...profile }]
}

const renderSection = ({ id, name, summary, facts, tables }: Section, source: string): Html => html`<section id="${id}">
<h2>${name}</h2>
<p>${summary}</p>
<dl>
${facts.map(({ label, lines }) => html`<dt>${label}</dt>${lines.map((line) => html`<dd>${renderInline(line)}</dd>`)}\n`)}</dl>
${tables.map((table) => renderTable(table, source))}</section>
`

function renderTable({ title, properties }: PropertyTable, source: string): Html {
  if (properties.length === 0) return html``
  return html`${title === undefined ? '' : html`<h3>${title}</h3>\n`}<div class="wide" tabindex="0"><table>
<thead><tr>${PROPERTY_COLUMNS.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
${properties.map((property) => renderRow(describeProperty(property, source)))}</tbody>
</table></div>
`
}

function renderRow([name = [], ...cells]: readonly (readonly Inline[])[]): Html {
  return html`<tr><th scope="row">${renderInline(name)}</th>${cells.map((cell) => html`<td>${renderInline(cell)}</td>`)}</tr>\n`
}

const renderInline = (parts: readonly Inline[]): readonly Html[] =>
  parts.map((part, index) => {
    const gap = index === 0 ? '' : ' '
    return typeof part === 'string' ? html`${gap}${part}` : html`${gap}<code>${part.code}</code>`
  })

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8dbe2, #3a3f4a); --soft: light-dark(#f5f6f8, #23262d); --dim: light-dark(#59606d, #a4abb8); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 78rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; background: light-dark(#fff, #16181d); color: light-dark(#16181d, #e8eaf0); }
a { color: light-dark(#1550b0, #8ab4ff); }
h1 { font-size: 1.75rem; line-height: 1.2; } h2 { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); } h3 { margin-bottom: .5rem; }
header p { max-width: 48rem; }
code { font: .875em/1.4 ui-monospace, monospace; background: var(--soft); padding: .1em .3em; border-radius: .25em; overflow-wrap: anywhere; }
nav ul { padding-left: 1.25rem; } nav li { color: var(--dim); }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .25rem 1.25rem; }
dt { grid-column: 1; color: var(--dim); max-width: 14rem; } dd { grid-column: 2; margin: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
td { min-width: 4rem; } td:last-child { min-width: 17rem; } tbody th code { overflow-wrap: normal; } td:last-child code { user-select: all; }
thead th { background: var(--soft); font-weight: 600; } tbody th { font-weight: 400; }
@media (max-width: 40rem) { dl { display: block; } dd { margin: 0 0 .5rem 1rem; } }
@media print { body, table { font-size: 9pt; } body { max-width: none; padding: 0; } nav { break-after: page; } h2 { break-after: avoid; } tr { break-inside: avoid; } thead { display: table-header-group; } .wide { overflow: visible; } } @page { size: landscape; }
`

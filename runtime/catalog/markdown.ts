/** Writes a catalog as Markdown: one page, or one for each metric. */

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
import type { Catalog, CatalogMetric } from './types.ts'

export interface CatalogFile {
  readonly name: string
  readonly text: string
}

export const renderMarkdown = (catalog: Catalog): string =>
  joinBlocks([
    `# ${TITLE}`,
    ...describeIntroduction(catalog).map(escapeMarkdown),
    ...catalog.metrics.flatMap((metric) => renderMetric(metric, catalog, 2)),
    ...renderProfile(catalog, 2),
  ])

/** An index, and a page for each metric and the profile. */
export function renderMarkdownFiles(catalog: Catalog): readonly CatalogFile[] {
  const names = nameFiles(catalog)
  const pages = catalog.metrics.map((metric) => ({
    name: `${names.get(metric)}.md`,
    title: metric.name,
    summary: metric.summary,
    text: joinBlocks(renderMetric(metric, catalog, 1)),
  }))
  const { summary } = catalog.profile
  const profile = { name: 'profile.md', title: 'Profile', summary, text: joinBlocks(renderProfile(catalog, 1)) }
  const all = [...pages, profile]
  const links = all.map(
    ({ name, title, summary }) => `- [${escapeMarkdown(title)}](${encodeURI(name)}): ${escapeMarkdown(summary)}`,
  )
  const index = joinBlocks([`# ${TITLE}`, ...describeIntroduction(catalog).map(escapeMarkdown), links.join('\n')])
  return [{ name: 'README.md', text: index }, ...all.map(({ name, text }) => ({ name, text }))]
}

const joinBlocks = (blocks: readonly string[]): string => `${blocks.filter((block) => block !== '').join('\n\n')}\n`

/** `level`: of its heading. */
const renderMetric = (metric: CatalogMetric, catalog: Catalog, level: number): readonly string[] => [
  renderHeading(metric.name, level),
  escapeMarkdown(metric.summary),
  renderFacts(listFacts(metric, catalog)),
  ...listMetricTables(metric).flatMap((table) => renderTable(table, catalog.source, level + 1)),
]

const renderProfile = (catalog: Catalog, level: number): readonly string[] => [
  renderHeading('Profile', level),
  escapeMarkdown(catalog.profile.summary),
  renderFacts(listProfileFacts(catalog)),
  ...listProfileTables(catalog).flatMap((table) => renderTable(table, catalog.source, level + 1)),
]

const renderHeading = (text: string, level: number): string => `${'#'.repeat(level)} ${escapeMarkdown(text)}`

const renderFacts = (facts: readonly Fact[]): string => facts.map(renderFact).join('\n')

function renderFact({ label, lines }: Fact): string {
  const texts = lines.map(renderInline)
  const isList = texts.length > 1
  return `- **${escapeMarkdown(label)}:**${isList ? texts.map((text) => `\n  - ${text}`).join('') : ` ${texts[0]}`}`
}

function renderTable({ title, properties }: PropertyTable, source: string, level: number): readonly string[] {
  if (properties.length === 0) return []
  const rows = properties.map((property) => describeProperty(property, source).map((cell) => renderInline(cell)))
  const table = [[...PROPERTY_COLUMNS], PROPERTY_COLUMNS.map(() => '---'), ...rows].map(renderRow)
  return [...(title === undefined ? [] : [renderHeading(title, level)]), table.join('\n')]
}

/** In a table, a bar ends a cell even within code. */
const renderRow = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

const renderInline = (parts: readonly Inline[]): string =>
  parts.map((part) => (typeof part === 'string' ? escapeMarkdown(part) : renderCode(part.code))).join(' ')

/** Within more backticks than it has. */
function renderCode(code: string): string {
  const text = onOneLine(code)
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const gap = longest > 0 ? ' ' : ''
  return `${fence}${gap}${text}${gap}${fence}`
}

const escapeMarkdown = (text: string): string => onOneLine(text).replace(/[\\`*_[\]<>&]/g, '\\$&')

const onOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

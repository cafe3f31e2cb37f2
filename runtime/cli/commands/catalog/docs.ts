/** `docs`: describes each metric and the profile for the people who write messages and build segments. */
import { stat } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { renderHtml } from '../../../catalog/html.ts'
import { type CatalogFile, renderMarkdown, renderMarkdownFiles } from '../../../catalog/markdown.ts'
import type { Catalog } from '../../../catalog/types.ts'
import { formatJson, plural } from '../../../lib/format.ts'
import type { CommandDefinition } from '../../command.ts'
import { EXIT_CODES } from '../../errors.ts'
import { shortenPath, specOperand } from '../../load-spec.ts'
import { writeFiles } from '../../output/write-file.ts'
import { readCatalog } from './read-catalog.ts'

export const docsCommand: CommandDefinition = {
  name: 'docs',
  summary: 'Describe each metric and the profile for marketers: when it is sent, its properties, their template tags.',
  operand: specOperand,
  options: [
    { flags: '--out <path>', description: 'file to write, or folder for one file a metric (default: stdout)' },
    { flags: '--html', description: 'one page of HTML instead of Markdown, to read, print or send' },
  ],
  examples: [
    ['docs', 'the metrics that `start` would send, as Markdown'],
    ['docs ./my-spec --html --out metrics.html', 'one file for the marketing team'],
    ['docs ./my-spec --out docs/metrics/', 'a Markdown file for each metric, with an index'],
  ],
  async run(context, input) {
    const { io, json } = context
    const catalog = await readCatalog(context, input.operands[0])
    const out = input.value('out')
    const html = input.flag('html')
    if (out === undefined) {
      context.print(json ? formatJson(catalog) : await renderPage(catalog, html))
      return EXIT_CODES.ok
    }
    const path = resolve(io.cwd, out)
    const isFolder = await isFolderPath(out, path)
    const files = isFolder
      ? await renderFiles(catalog, html)
      : [{ name: basename(path), text: await renderPage(catalog, html) }]
    const written = await writeFiles(isFolder ? path : dirname(path), files)
    const summary = `${shortenPath(path, io.cwd)}: ${plural(catalog.metrics.length, 'metric')} and the profile\n`
    context.print(json ? formatJson({ files: written }) : summary)
    return EXIT_CODES.ok
  },
}

const renderPage = async (catalog: Catalog, html: boolean): Promise<string> =>
  html ? renderHtml(catalog) : renderMarkdown(catalog)

/** The page of HTML is always one. */
const renderFiles = async (catalog: Catalog, html: boolean): Promise<readonly CatalogFile[]> =>
  html ? [{ name: 'index.html', text: await renderHtml(catalog) }] : renderMarkdownFiles(catalog)

/** `given`: as on the command line. A path that does not exist is a folder if it ends in / or has no extension. */
async function isFolderPath(given: string, path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found === undefined ? /[/\\]$/.test(given) || extname(path) === '' : found.isDirectory()
}

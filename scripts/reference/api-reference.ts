/** The reference pages of the package's exports, from their declarations and docstrings: one page an entry point. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  type FunctionDeclaration,
  type Node,
  type ParameterDeclaration,
  SyntaxKind,
  type VariableDeclaration,
} from 'typescript/unstable/ast'
// TypeScript 7's own interface: no documentation generator runs beside it yet, and it costs no further package.
import { API, type Checker, type Symbol as Named, type Project, SymbolFlags } from 'typescript/unstable/sync'

export interface ReferencePage {
  /** From the root of the checkout. */
  readonly path: string
  readonly text: string
}

interface EntryPoint {
  readonly specifier: string
  readonly source: string
  readonly page: string
}

interface Export {
  readonly name: string
  readonly docs: string
  readonly kind: (typeof KINDS)[number]
  readonly declaration: string
}

const FOLDER = 'docs/reference/api/'

/** In the order of a page. */
const KINDS = ['function', 'value', 'type'] as const

export function generateApiReference(root: URL, note: string): readonly ReferencePage[] {
  const entries = readEntryPoints(root)
  const api = new API({ cwd: fileURLToPath(root) })
  try {
    const config = fileURLToPath(new URL('tsconfig.json', root))
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config)
    if (project === undefined) throw new Error(`no project at ${config}`)
    const exported = entries.map((entry) => ({ entry, exports: findExports(project, new URL(entry.source, root)) }))
    const pageOf = new Map<string, string>()
    const pages = exported.map(({ entry, exports }) => {
      for (const { name } of exports) if (!pageOf.has(name)) pageOf.set(name, entry.page)
      return { path: `${FOLDER}${entry.page}`, entry, exports }
    })
    return [
      { path: `${FOLDER}README.md`, text: renderIndex(entries, root, note) },
      ...pages.map(({ path, entry, exports }) => ({
        path,
        text: renderEntryPage({ entry, exports, pageOf, purpose: readPurpose(new URL(entry.source, root)), note }),
      })),
    ]
  } finally {
    api.close()
  }
}

function readEntryPoints(root: URL): readonly EntryPoint[] {
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    readonly name: string
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>
  }
  return Object.entries(manifest.exports).flatMap(([path, target]) => {
    if (typeof target === 'string') return []
    const page = path === '.' ? 'connector.md' : `${path.slice(2).replaceAll('/', '-')}.md`
    const source = target.types.replace('./dist/', '').replace(/\.d\.ts$/, '.ts')
    return [{ specifier: path.replace('.', manifest.name), source, page }]
  })
}

function findExports(project: Project, file: URL): readonly Export[] {
  const { checker, program } = project
  const source = program.getSourceFile(fileURLToPath(file))
  const module = source && checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`no module at ${file.pathname}`)
  return checker.getExportsOfModule(module).flatMap((symbol) => {
    const target = symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    const node = target.declarations[0]?.resolve(project)
    return node === undefined ? [] : [describeExport(symbol.name, target, node, checker)]
  })
}

function describeExport(name: string, symbol: Named, node: Node, checker: Checker): Export {
  const docs = checker.getDocumentationCommentOfSymbol(symbol).trim()
  if (node.kind === SyntaxKind.FunctionDeclaration) {
    return { name, docs, kind: 'function', declaration: printSignature(node as FunctionDeclaration) }
  }
  if (node.kind === SyntaxKind.VariableDeclaration) {
    const { type } = node as VariableDeclaration
    const text = type?.getText() ?? checker.typeToString(checker.getTypeAtLocation(node) ?? checker.getUnknownType())
    return { name, docs, kind: 'value', declaration: `const ${name}: ${text}` }
  }
  const declaration = node.kind === SyntaxKind.ClassDeclaration ? printClass(node) : node.getText()
  return { name, docs, kind: 'type', declaration: declaration.replace(/^export /, '') }
}

/** Up to the body, with a destructured parameter under a name of its own. */
function printSignature(node: FunctionDeclaration): string {
  const text = node.getText()
  const start = node.end - text.length
  const cuts = node.parameters
    .filter(({ name }) => name.kind === SyntaxKind.ObjectBindingPattern)
    .map((parameter) => ({
      from: getStart(parameter) - start,
      to: parameter.end - start,
      with: printParameter(parameter),
    }))
  const body = node.body === undefined ? [] : [{ from: getStart(node.body) - start, to: text.length, with: '' }]
  return applyCuts(text, [...cuts, ...body]).replace(/^export (async )?/, '')
}

function printParameter({ type, initializer }: ParameterDeclaration): string {
  return `options${initializer === undefined ? '' : '?'}: ${type?.getText() ?? 'unknown'}`
}

function printClass(node: Node): string {
  const text = node.getText()
  const start = node.end - text.length
  const bodies: { from: number; to: number; with: string }[] = []
  node.forEachChild((member) => {
    member.forEachChild((part) => {
      if (part.kind === SyntaxKind.Block)
        bodies.push({ from: getStart(part) - start - 1, to: part.end - start, with: '' })
    })
  })
  return applyCuts(text, bodies)
}

function getStart(node: Node): number {
  return node.end - node.getText().length
}

function applyCuts(text: string, cuts: readonly { from: number; to: number; with: string }[]): string {
  const lastFirst = [...cuts].sort((a, b) => b.from - a.from)
  return lastFirst.reduce((rest, cut) => rest.slice(0, cut.from) + cut.with + rest.slice(cut.to), text).trimEnd()
}

function renderIndex(entries: readonly EntryPoint[], root: URL, note: string): string {
  const rows = entries.map(
    ({ specifier, source, page }) => `| [\`${specifier}\`](${page}) | ${readPurpose(new URL(source, root))} |`,
  )
  return `# API reference\n\n${note}\n\n| Import | Holds |\n| --- | --- |\n${rows.join('\n')}\n`
}

interface EntryPage {
  readonly entry: EntryPoint
  readonly exports: readonly Export[]
  /** By name: the page that documents it. */
  readonly pageOf: ReadonlyMap<string, string>
  readonly purpose: string
  readonly note: string
}

function renderEntryPage({ entry: { specifier, page }, exports, pageOf, purpose, note }: EntryPage): string {
  const own = KINDS.flatMap((kind) => exports.filter((each) => each.kind === kind && pageOf.get(each.name) === page))
  const link = (name: string) => `[\`${name}\`](${pageOf.get(name) === page ? '' : pageOf.get(name)}#${anchor(name)})`
  const list = (label: string, kind: Export['kind']) => {
    const names = own.filter((each) => each.kind === kind).map(({ name }) => link(name))
    return names.length === 0 ? [] : [`**${label}:** ${names.join(', ')}`]
  }
  const elsewhere = exports.filter(({ name }) => pageOf.get(name) !== page).map(({ name }) => link(name))
  return [
    `# \`${specifier}\``,
    note,
    purpose,
    ...list('Functions', 'function'),
    ...list('Values', 'value'),
    ...list('Types', 'type'),
    ...(elsewhere.length === 0 ? [] : [`**Exported here too:** ${elsewhere.join(', ')}`]),
    ...own.map((each) => renderExport(each, pageOf, link)),
    '',
  ].join('\n\n')
}

function renderExport(
  { name, docs, declaration }: Export,
  pageOf: ReadonlyMap<string, string>,
  link: (name: string) => string,
): string {
  const names = new Set(declaration.replace(/\/\*[\s\S]*?\*\/|'[^']*'/g, '').match(/\b[A-Z]\w+\b/g))
  const uses = [...names].filter((used) => used !== name && pageOf.has(used)).map(link)
  return [
    `## \`${name}\``,
    ...(docs === '' ? [] : [docs]),
    `\`\`\`ts\n${declaration}\n\`\`\``,
    ...(uses.length === 0 ? [] : [`Uses ${uses.join(', ')}.`]),
  ].join('\n\n')
}

const anchor = (name: string): string => name.toLowerCase()

/** The file's first line. */
function readPurpose(file: URL): string {
  const [, text = ''] = /^\/\*\*\s*([\s\S]*?)\s*\*\//.exec(readFileSync(file, 'utf8')) ?? []
  return text.replace(/\n \* ?/g, ' ')
}

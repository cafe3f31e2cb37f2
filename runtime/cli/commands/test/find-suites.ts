/** Finds what `test` runs: case files, and folders of recordings. */
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { MANIFEST_FILE } from '../../../conformance/recording/recording-files.ts'
import { CONNECTOR_FILE } from '../../../spec/spec-files.ts'
import type { CommandContext } from '../../command.ts'
import { usageError } from '../../errors.ts'
import { shortenPath, specFolder } from '../../load-spec.ts'

export interface Suites {
  /** Absolute, sorted. */
  readonly caseFiles: readonly string[]
  /** Folders with a manifest.yaml, absolute, sorted. */
  readonly recordings: readonly string[]
  /** Where it was looked, as it is printed. */
  readonly searched: readonly string[]
}

/** Folders beside cases that hold what cases read. */
const DATA_FOLDERS = new Set(['fixtures', 'recorded'])

/** Beside the connector.yaml of a spec of one's own. */
export const CASES_FOLDER = 'tests'

/** `CONNECTOR_SPEC`, else the spec around the first operand, else the shipped one. */
export function findSpec(context: CommandContext, [first]: readonly string[]): URL {
  if (context.env.CONNECTOR_SPEC !== undefined || first === undefined) return specFolder(context)
  for (let folder = resolve(context.io.cwd, first); ; folder = dirname(folder)) {
    if (existsSync(join(folder, CONNECTOR_FILE))) return pathToFileURL(`${folder}/`)
    if (folder === dirname(folder)) return specFolder(context)
  }
}

/** Throws a usage error for an operand that does not exist. */
export async function findSuites(context: CommandContext, operands: readonly string[], spec: URL): Promise<Suites> {
  const { io, app } = context
  const isShipped = spec.href === app.specFolder.href
  const standard = fileURLToPath((isShipped ? app.casesFolder : undefined) ?? new URL(`${CASES_FOLDER}/`, spec))
  const roots = operands.length === 0 ? [standard] : operands.map((operand) => resolve(io.cwd, operand))
  const found = { caseFiles: new Set<string>(), recordings: new Set<string>() }
  for (const root of roots) {
    const info = await stat(root).catch(() => undefined)
    if (info === undefined && operands.length > 0) throw usageError(`there is no ${shortenPath(root, io.cwd)}`)
    if (info?.isFile()) found.caseFiles.add(root)
    else if (info !== undefined)
      await search(existsSync(join(root, CONNECTOR_FILE)) ? casesOf(root, context) : root, found)
  }
  return {
    caseFiles: [...found.caseFiles].sort(),
    recordings: [...found.recordings].sort(),
    searched: roots.map((root) => shortenPath(root, io.cwd)),
  }
}

/** The folder of a spec stands for its cases. */
const casesOf = (root: string, { app }: CommandContext): string =>
  pathToFileURL(`${root}/`).href === app.specFolder.href && app.casesFolder
    ? fileURLToPath(app.casesFolder)
    : join(root, CASES_FOLDER)

interface Found {
  readonly caseFiles: Set<string>
  readonly recordings: Set<string>
}

async function search(folder: string, found: Found, isData = false): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  if (entries.some(({ name }) => name === MANIFEST_FILE)) {
    found.recordings.add(folder)
    return
  }
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.name === 'node_modules') continue
    if (entry.isDirectory()) await search(path, found, isData || DATA_FOLDERS.has(entry.name))
    else if (!isData && /\.ya?ml$/.test(entry.name)) found.caseFiles.add(path)
  }
}

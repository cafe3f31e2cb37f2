/** The spec to compare with: the running one of the store, that of another folder or of a commit, or a shipped one. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { formatTime } from '../../../lib/format.ts'
import type { Store } from '../../../ports/store.ts'
import type { KeyTexts } from '../../../running-spec/key-texts.ts'
import { readRunningSpec } from '../../../running-spec/running-spec.ts'
import { renderDiagnostic } from '../../../spec/diagnostic.ts'
import { openFileList, openListedBases } from '../../../spec/file-list.ts'
import type { Spec } from '../../../spec/spec.ts'
import { CONNECTOR_FILE, type SpecFiles } from '../../../spec/spec-files.ts'
import type { CliApp } from '../../app.ts'
import type { CommandContext } from '../../command.ts'
import { CliError, EXIT_CODES, usageError } from '../../errors.ts'
import { openGitFiles } from './git-files.ts'

export interface FormerSpec {
  readonly spec: Spec
  /** Of its origin, for people. */
  readonly label: string
  /** The keys of all metrics that ever ran on the store. */
  readonly keys?: Readonly<Record<string, KeyTexts>>
}

const GIT = 'git:'

/** `folder`: that of the changed spec. */
export async function loadFormerSpec(
  context: CommandContext,
  against: string,
  folder: URL,
  store: Store | undefined,
): Promise<FormerSpec> {
  if (against === 'live') return loadRunningSpec(context, store)
  if (against.startsWith(GIT)) {
    const files = await openGitFiles(fileURLToPath(folder), against.slice(GIT.length))
    return { spec: await load(context, against, folder, { files }), label: against }
  }
  const other = resolve(context.io.cwd, against)
  if (!existsSync(join(other, CONNECTOR_FILE))) {
    const files = context.app.bases?.get(against)
    if (files) return { spec: await load(context, against, context.app.specFolder, { files }), label: against }
    const choices = ['live', 'git:REF', ...(context.app.bases?.keys() ?? [])].join(', ')
    throw usageError(`--against ${against}: there is no connector.yaml in ${other}; or write one of ${choices}`)
  }
  return { spec: await load(context, against, pathToFileURL(`${other}/`)), label: against }
}

async function loadRunningSpec(context: CommandContext, store: Store | undefined): Promise<FormerSpec> {
  const running = store && (await readRunningSpec(store))
  if (running === undefined) {
    const problem = store === undefined ? 'there is no store' : 'no spec has run on the store'
    const choices = ['DIR', 'git:REF', ...(context.app.bases?.keys() ?? [])].map((name) => `--against ${name}`)
    throw usageError(
      `--against live: ${problem}, so none is known to run. Check CONNECTOR_STORE, or compare with another: ${choices.join(', ')}`,
    )
  }
  if (running.files.length === 0) {
    throw usageError(
      '--against live: the running spec was built without its files. Deliver with { ...built, files }, or compare with --against DIR or git:REF',
    )
  }
  const files = openFileList(running.files)
  const bases = new Map([...(context.app.bases ?? []), ...openListedBases(running.files, files)])
  const spec = await load(context, 'live', context.app.specFolder, { files, bases })
  return { spec, label: `the spec that runs since ${formatTime(running.since)} (${running.hash})`, keys: running.keys }
}

interface Source extends Pick<CliApp, 'bases'> {
  readonly files?: SpecFiles
}

async function load(context: CommandContext, against: string, folder: URL, { files, bases }: Source = {}) {
  const app = bases === undefined ? context.app : { ...context.app, bases }
  const { spec, diagnostics } = await context.load.spec(folder, app, { ...(files && { files }) })
  if (spec !== undefined) return spec
  for (const diagnostic of diagnostics.filter(({ severity }) => severity === 'error'))
    context.note(`${renderDiagnostic(diagnostic, context.colorNotes)}\n`)
  throw new CliError(EXIT_CODES.spec, `the spec to compare with (--against ${against}) is invalid`)
}

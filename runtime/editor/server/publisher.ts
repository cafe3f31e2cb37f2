/** Checks folders shortly after the last change, one check of a folder at a time, and sends what was found. */
import type { Connection, TextDocuments } from 'vscode-languageserver'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import type { Clock } from '../../ports/effects.ts'
import type { Diagnostic } from '../../spec/diagnostic.ts'
import { pathOf, toEditorDiagnostic, toPath, toUri } from './convert.ts'
import type { SpecFolder } from './spec-folder.ts'

/** Long enough for a word, short enough to seem at once. */
const DEBOUNCE_MS = 150

interface Schedule {
  /** Ends the wait for a further change. */
  waiting: AbortController
  runTrials: boolean
  last: Promise<void>
  /** Paths whose diagnostics the editor shows. */
  shown: ReadonlySet<string>
}

export class DiagnosticPublisher {
  readonly #connection: Connection
  readonly #documents: TextDocuments<TextDocument>
  readonly #clock: Clock
  readonly #schedules = new Map<SpecFolder, Schedule>()

  constructor(connection: Connection, documents: TextDocuments<TextDocument>, clock: Clock) {
    this.#connection = connection
    this.#documents = documents
    this.#clock = clock
  }

  schedule(folder: SpecFolder, runTrials: boolean): void {
    const schedule = this.#schedules.get(folder) ?? createSchedule()
    this.#schedules.set(folder, schedule)
    schedule.waiting.abort()
    schedule.waiting = new AbortController()
    schedule.runTrials ||= runTrials
    void this.#checkLater(folder, schedule, schedule.waiting.signal)
  }

  async #checkLater(folder: SpecFolder, schedule: Schedule, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(DEBOUNCE_MS, signal)
    if (signal.aborted) return
    const { runTrials } = schedule
    schedule.runTrials = false
    schedule.last = schedule.last.then(() => this.#check(folder, schedule, runTrials))
    await schedule.last
  }

  async #check(folder: SpecFolder, schedule: Schedule, runTrials: boolean): Promise<void> {
    try {
      const diagnostics = await folder.check(runTrials)
      schedule.shown = this.#publish(diagnostics, folder, schedule.shown)
    } catch (error) {
      this.#connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
  }

  #publish(diagnostics: readonly Diagnostic[], folder: SpecFolder, shown: ReadonlySet<string>): ReadonlySet<string> {
    const byPath = new Map<string, Diagnostic[]>()
    for (const diagnostic of diagnostics) {
      const path = pathOf(diagnostic.file, folder.path)
      byPath.set(path, [...(byPath.get(path) ?? []), diagnostic])
    }
    for (const path of new Set([...shown, ...byPath.keys()])) {
      void this.#connection.sendDiagnostics({
        uri: this.#uriOf(path),
        diagnostics: (byPath.get(path) ?? []).map(toEditorDiagnostic),
      })
    }
    return new Set(byPath.keys())
  }

  /** As the editor writes it: `file:///c%3A/…` on Windows. */
  #uriOf(path: string): string {
    return this.#documents.all().find(({ uri }) => toPath(uri) === path)?.uri ?? toUri(path)
  }
}

const createSchedule = (): Schedule => ({
  waiting: new AbortController(),
  runTrials: false,
  last: Promise.resolve(),
  shown: new Set(),
})

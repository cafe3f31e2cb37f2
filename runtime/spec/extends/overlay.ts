/** A file over the base's file of the same name, as one document: each value keeps the place it comes from. */
import { basename } from 'node:path/posix'
import { suggest } from '../../expression/did-you-mean.ts'
import type { Diagnostic, DiagnosticText } from '../diagnostic.ts'
import type { SourceFile } from '../source-file.ts'
import { CONNECTOR_FILE } from '../spec-files.ts'
import type { FileSpan, Path, PlacedText, PlacedYaml, YamlFile } from '../yaml.ts'
import { describeStaleRemoval } from './base-changes.ts'
import type { Lock } from './lock.ts'
import { hasValue, type Kind, type MergeNote, merge } from './merge.ts'

export class Overlay implements PlacedYaml {
  readonly value: unknown
  readonly errors: readonly Diagnostic[]
  readonly notes: readonly MergeNote[]
  readonly own: YamlFile
  readonly base: PlacedYaml

  constructor(kind: Kind, own: YamlFile, base: PlacedYaml) {
    this.own = own
    this.base = base
    this.errors = [...own.errors, ...base.errors]
    const { value, notes } = merge(kind, own.value, base.value)
    this.value = this.errors.length > 0 ? undefined : value
    this.notes = this.errors.length > 0 ? [] : notes
  }

  span(path: Path): FileSpan {
    return this.#ownerOf(path).span(path)
  }

  keySpan(path: Path): FileSpan {
    return this.#ownerOf(path).keySpan(path)
  }

  text(path: Path): PlacedText {
    return this.#ownerOf(path).text(path)
  }

  removes(path: Path): boolean {
    const isNoted = this.notes.some((note) => note.what === 'removes' && isSamePath(note.path, path))
    return isNoted || this.base.removes(path)
  }

  /** The file that has the value, or the nearest value around it. */
  #ownerOf(path: Path): PlacedYaml {
    for (let length = path.length; length > 0; length--) {
      const near = path.slice(0, length)
      if (hasValue(this.own.value, near)) return this.own
      if (hasValue(this.value, near)) return this.base
    }
    return this.own
  }
}

/** Merges the files of one name, of which each changes the one after it. Reports what makes no sense. */
export function overlayFiles(
  kind: Kind,
  files: readonly YamlFile[],
  { diagnostics, lock }: { readonly diagnostics: Diagnostic[]; readonly lock?: Lock | undefined },
): PlacedYaml {
  const [own, ...others] = files
  if (own === undefined) throw new TypeError('there is no file to read')
  if (others.length === 0) return own
  // What a base repeats of its own base is not this spec's concern.
  const ofBase: Diagnostic[] = []
  const overlay = new Overlay(kind, own, overlayFiles(kind, others, { diagnostics: ofBase }))
  const errors = ofBase.filter(({ severity }) => severity === 'error')
  diagnostics.push(...describeNotes(overlay, lock), ...errors)
  return overlay
}

/** Warnings and errors about what an overlay repeats or removes. */
function describeNotes({ own, notes }: Overlay, lock: Lock | undefined): readonly Diagnostic[] {
  const former = lock?.documents.get(own.file.path)
  return notes.flatMap(({ what, path }): Diagnostic[] => {
    const place = own.keySpan(path)
    const name = path.at(-1)
    switch (what) {
      case 'repeats':
        return [{ severity: 'warning', ...describeRepetition(name), ...place }]
      case 'removes':
        return own.isBlank(path) ? [{ severity: 'error', ...describeBlank(name), ...place }] : []
      case 'removes-nothing':
        return hasValue(former, path)
          ? [{ severity: 'warning', ...describeStaleRemoval(String(name)), ...place }]
          : [{ severity: 'error', ...describeNothingToRemove(name), ...place }]
      default:
        return what satisfies never
    }
  })
}

type Name = string | number | undefined

const describeRepetition = (name: Name): DiagnosticText => ({
  code: 'extends/same-as-base',
  message: name === undefined ? 'this file says only what the base says' : `"${name}" is the same as in the base`,
  help: name === undefined ? 'delete the file, to follow the base' : 'delete it here, to follow the base',
})

const describeBlank = (name: Name): DiagnosticText => ({
  code: 'extends/empty',
  message: `"${name}" is empty, and the base has a value`,
  help: 'write ~ to remove the value, or delete the line to keep it',
})

const describeNothingToRemove = (name: Name): DiagnosticText => ({
  code: 'spec/nothing-to-remove',
  message: `the base has no "${name}" here to remove`,
  help: 'delete the line',
})

/** Of a mapping that only makes sense as a change. `names` are those of the files that the base has in its folder. */
export function describeNoBaseFile(path: string, names: readonly string[]): DiagnosticText {
  const mappings = names.filter((name) => !name.startsWith('_'))
  const message = `the base has no ${path} that this file could change, and it names no metric of its own`
  const help = `a new metric begins with "metric"; ${suggest(basename(path), mappings)}`
  return { code: 'extends/no-base-file', message, help }
}

/** What is wrong in a file of the base may come from the own file that changes it, so the help names it. */
export function nameOverlay(diagnostic: Diagnostic, files: readonly SourceFile[]): Diagnostic {
  const path = diagnostic.file.base?.overlayPath
  const own = path === CONNECTOR_FILE ? undefined : files.find((file) => file.path === path)
  if (own === undefined) return diagnostic
  const help = [diagnostic.help, `${own.path} changes this file`].filter(Boolean).join('; ')
  return { ...diagnostic, help }
}

const isSamePath = (a: Path, b: Path): boolean => a.length === b.length && a.every((step, index) => step === b[index])

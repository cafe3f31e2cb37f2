/** Tells what was recorded, what was replaced, where it is, and what to do next. */
import type { CaseFile } from '../../../conformance/recording/case-from-recording.ts'
import type { Recording } from '../../../conformance/recording/recording.ts'
import type { RedactionManifest } from '../../../conformance/redact/types.ts'
import { alignColumns, formatJson, plural } from '../../../lib/format.ts'
import type { CommandContext } from '../../command.ts'
import { shortenPath } from '../../load-spec.ts'

export interface WrittenRecording {
  readonly recording: Recording
  readonly counts: RedactionManifest
  /** Absolute. Absent: nothing was written. */
  readonly folder?: string
}

export function reportRecording({ recording, counts, folder }: WrittenRecording, context: CommandContext): void {
  const { manifest, exchanges, webhooks } = recording
  const path = folder === undefined ? undefined : shortenPath(folder, context.io.cwd)
  if (context.json) {
    const { what, answers } = manifest
    const numbers = { exchanges: exchanges.length, webhooks: webhooks.length }
    context.print(formatJson({ what, answers, ...numbers, ...counts, ...(path !== undefined && { folder: path }) }))
    return
  }
  const received = exchanges.filter(({ synthetic }) => !synthetic).length
  const made = exchanges.length - received
  const parts = [
    received > 0 && plural(received, 'exchange'),
    made > 0 && `${plural(made, 'answer')} made up`,
    webhooks.length > 0 && plural(webhooks.length, 'webhook'),
  ]
  const lines = [`Recorded ${manifest.what}: ${parts.filter(Boolean).join(', ')}.`]
  if (manifest.answers === 'synthetic') lines.push(`Nothing was sent to ${context.app.labels.destination}.`)
  lines.push(...describeCounts(counts, path === undefined))
  if (path === undefined) lines.push('Nothing was written. Run it without --dry-run to write it.')
  else lines.push(`Written to ${path}. Read it before you commit it.`, '', `Next: connector test ${path} --update`)
  context.print(`${lines.join('\n')}\n`)
}

/** Of a dry run: all places. */
function describeCounts({ replaced, kept }: RedactionManifest, withPlaces: boolean): readonly string[] {
  const byKind = new Map<string, number>()
  for (const { kind, count } of replaced) byKind.set(kind, (byKind.get(kind) ?? 0) + count)
  const kinds = [...byKind].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${kind} ${count}`)
  const stays = kept.map(({ name, count }) => `${name} ${count}`)
  return [
    kinds.length === 0 ? 'No personal data to replace.' : `Replaced: ${kinds.join(', ')}.`,
    ...(stays.length > 0 ? [`Kept as it is: ${stays.join(', ')}.`] : []),
    ...(withPlaces
      ? alignColumns(
          replaced.map(({ path, kind, count }) => [path, kind, `${count}`]),
          '  ',
        )
      : []),
  ]
}

export interface WrittenCase {
  readonly made: CaseFile
  /** Absolute. */
  readonly path: string
  /** Whether the records were dead letters. */
  readonly isDead: boolean
}

export function reportCase({ made, path, isDead }: WrittenCase, context: CommandContext): void {
  const file = shortenPath(path, context.io.cwd)
  const fixtures = [...made.fixtures.keys()]
  if (context.json) {
    context.print(formatJson({ case: file, fixtures, faults: made.faults }))
    return
  }
  const lines = [`Wrote ${file}, with ${fixtures.join(', ')} beside it.`]
  if (isDead && made.faults === 0)
    lines.push(
      `The failure does not happen again offline: it was in an answer of ${context.app.labels.source} or ${context.app.labels.destination}, or the mapping was fixed since.`,
    )
  if (made.faults > 0)
    lines.push(
      'It expects the failure that happened. Put the event that is to come in its place, then fix the mapping.',
    )
  lines.push('', `Next: connector test ${file}`)
  context.print(`${lines.join('\n')}\n`)
}

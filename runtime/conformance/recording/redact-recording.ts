/** Replaces the persons of a recording, and refuses to give out one that still holds their data. */
import { Fault } from '../../ports/fault.ts'
import type { Json } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'
import type { Redactor } from '../redact/redactor.ts'
import type { RedactionManifest } from '../redact/types.ts'
import { findWorkspace } from './create-manifest.ts'
import type { Recording } from './recording.ts'
import { formatRecording, type RecordingFiles } from './recording-files.ts'

export interface RedactedRecording {
  readonly recording: Recording
  readonly files: RecordingFiles
  readonly counts: RedactionManifest
}

/** Throws a data fault that names the places if the detector finds anything: then nothing may be written. */
export async function redactRecording(
  { manifest, exchanges, webhooks }: Recording,
  redactor: Redactor,
  spec: Spec,
): Promise<RedactedRecording> {
  for (const exchange of exchanges) redactor.learnExchange(exchange)
  for (const webhook of webhooks) redactor.learnWebhook(webhook)
  const redacted = {
    exchanges: exchanges.map((exchange) => redactor.redactExchange(exchange)),
    webhooks: webhooks.map((webhook) => redactor.redactWebhook(webhook)),
  }
  const counts = redactor.manifest()
  const workspace = await findWorkspace(redacted, spec)
  const recording = { ...redacted, manifest: { ...manifest, workspace, ...describeCounts(counts) } }
  const files = formatRecording(recording)
  assertNoPersonalData(files, redactor)
  return { recording, files, counts }
}

/** `replaced` and `kept` of a manifest: a line for each place. */
function describeCounts({ replaced, kept }: RedactionManifest): { readonly replaced: Json; readonly kept?: Json } {
  return {
    replaced: Object.fromEntries(replaced.map(({ path, kind, count }) => [`${path} (${kind})`, count])),
    ...(kept.length > 0 && { kept: Object.fromEntries(kept.map(({ name, count }) => [name, count])) }),
  }
}

/** Places in a message. */
const MAX_PLACES = 5

export function assertNoPersonalData(files: RecordingFiles, redactor: Pick<Redactor, 'detect'>): void {
  const found = [...files].flatMap(([name, text]) =>
    redactor.detect(text).map(({ kind, line, column }) => `${name}:${line}:${column} (${kind})`),
  )
  if (found.length === 0) return
  const places = found.slice(0, MAX_PLACES).join(', ')
  const more = found.length > MAX_PLACES ? `, and ${found.length - MAX_PLACES} more places` : ''
  const message = `the recording still holds what looks like personal data, so nothing was written: ${places}${more}. Leave out \`--keep\`, or report it as a bug`
  throw new Fault('data', 'recording/personal-data', message)
}

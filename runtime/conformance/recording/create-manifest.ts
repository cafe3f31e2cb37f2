/** The manifest of a recording, before redaction. */

import { openEnvelope } from '../../source/envelope.ts'
import { hashSpec } from '../../spec/hash-spec.ts'
import type { Spec } from '../../spec/spec.ts'
import { version } from '../../version.ts'
import { RECORDING_VERSION, type Recording, type RecordingManifest } from './recording.ts'
import { readAccount } from './synthetic-exchanges.ts'

type Contents = Pick<Recording, 'exchanges' | 'webhooks'>

export interface ManifestOptions extends Pick<RecordingManifest, 'what' | 'answers' | 'streams'> {
  /** When the replay begins, milliseconds since 1970. */
  readonly at: number
}

export async function createManifest(
  spec: Spec,
  contents: Contents,
  { what, at, answers, streams }: ManifestOptions,
): Promise<RecordingManifest> {
  return {
    version: RECORDING_VERSION,
    what,
    recorded: new Date(at).toISOString(),
    workspace: await findWorkspace(contents, spec),
    source: spec.source.name,
    destination: spec.destination.name,
    answers,
    ...(streams && { streams }),
    spec: { name: spec.name, hash: hashSpec(spec.sourceFiles) },
    connector: version,
  }
}

/** Stands for an account that nothing names. */
const UNKNOWN_ACCOUNT = 'recorded'

/** The source's account, by its own answer or by a notification. */
export async function findWorkspace({ exchanges, webhooks }: Contents, spec: Spec): Promise<string> {
  const account = await readAccount(spec, exchanges)
  if (account !== '') return account
  for (const { body } of webhooks) {
    const { workspace } = await openEnvelope(body, spec)
    if (workspace !== '') return workspace
  }
  return UNKNOWN_ACCOUNT
}

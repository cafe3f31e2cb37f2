/** Reads recorded notifications from the JSON files of a folder. */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { asArray, parseJson } from '../../../lib/json.ts'
import type { Sample } from '../../../plan/types.ts'
import type { Json } from '../../../ports/types.ts'
import { openEnvelope } from '../../../source/envelope.ts'
import type { Spec } from '../../../spec/spec.ts'
import type { CommandContext } from '../../command.ts'
import { usageError } from '../../errors.ts'

/** In the order of their names. A file holds one notification, or a list of them. */
export async function readFixtures(folder: string, spec: Spec, context: CommandContext): Promise<readonly Sample[]> {
  const path = resolve(context.io.cwd, folder)
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    throw usageError(`--fixtures ${folder}: cannot read the folder (${error.code})`)
  })
  const samples: Sample[] = []
  for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
    const data = parseJson((await readFile(join(path, name), 'utf8')).replace(/^\uFEFF/, ''))
    const found = data === undefined ? [] : await toSamples(data, spec)
    if (found.length === 0) context.note(`note: ${name} holds no notification, so it is not compared`)
    samples.push(...found)
  }
  return samples
}

async function toSamples(data: Json, spec: Spec): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (const one of Array.isArray(data) ? asArray(data) : [data]) {
    const envelope = await openEnvelope(one, spec).catch(() => undefined)
    if (envelope !== undefined) samples.push({ topic: envelope.topic, body: JSON.stringify(one), isDead: false })
  }
  return samples
}

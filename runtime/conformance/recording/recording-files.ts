/** Reads and writes the files of a recording's folder. */
import { parse, stringify } from 'yaml'
import { isObject, parseJson } from '../../lib/json.ts'
import { Fault } from '../../ports/fault.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import {
  type Exchange,
  RECORDING_VERSION,
  type RecordedWebhook,
  type Recording,
  type RecordingManifest,
} from './recording.ts'

/** A folder is a recording if it has this file. */
export const MANIFEST_FILE = 'manifest.yaml'
const EXCHANGES_FILE = 'exchanges.json'
const WEBHOOKS_FILE = 'webhooks.json'
/** All that `parseRecording` reads. */
export const RECORDING_FILES: readonly string[] = [MANIFEST_FILE, EXCHANGES_FILE, WEBHOOKS_FILE]
/** The occurrences that a replay must give. */
export const APPROVED_FILE = 'approved.yaml'

const MANIFEST_HEADER =
  '# A recording, with substitutes in place of all personal data. `connector test FOLDER` replays it offline.\n'

/** By name. */
export type RecordingFiles = ReadonlyMap<string, string>

export function formatRecording({ manifest, exchanges, webhooks }: Recording): RecordingFiles {
  return new Map([
    [MANIFEST_FILE, MANIFEST_HEADER + stringify(manifest, { lineWidth: 120, aliasDuplicateObjects: false })],
    [EXCHANGES_FILE, formatList(exchanges)],
    [WEBHOOKS_FILE, formatList(webhooks)],
  ])
}

/** A line for each element: a change of one is a change of one line. */
const formatList = (list: readonly unknown[]): string =>
  list.length === 0 ? '[]\n' : `[\n${list.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`

/**
 * Reads a recording by a function that gives the text of a file, or undefined if there is none. Throws a config fault that
 * names the file and what is wrong with it.
 */
export function parseRecording(read: (name: string) => string | undefined): Recording {
  return {
    manifest: parseManifest(read(MANIFEST_FILE)),
    exchanges: parseList(read, EXCHANGES_FILE, isExchange),
    webhooks: parseList(read, WEBHOOKS_FILE, isWebhook),
  }
}

function parseManifest(text: string | undefined): RecordingManifest {
  let found: unknown
  try {
    found = parse(text ?? '')
  } catch {
    throw invalid(MANIFEST_FILE, 'is no YAML')
  }
  const manifest = found as Partial<Record<keyof RecordingManifest, unknown>> | null
  if (typeof manifest !== 'object' || manifest === null) throw invalid(MANIFEST_FILE, 'is missing or empty')
  const { version, recorded, workspace, source, destination } = manifest
  if (version !== RECORDING_VERSION)
    throw invalid(
      MANIFEST_FILE,
      `must say version: ${RECORDING_VERSION}; record it again with this version of the package`,
    )
  if (typeof recorded !== 'string' || Number.isNaN(Date.parse(recorded)))
    throw invalid(
      MANIFEST_FILE,
      'needs `recorded`, the time that the clock of a replay begins with: 2026-01-31T09:30:00.000Z',
    )
  const texts = { workspace, source, destination }
  for (const [name, value] of Object.entries(texts))
    if (typeof value !== 'string') throw invalid(MANIFEST_FILE, `needs \`${name}\`, a text`)
  return manifest as RecordingManifest
}

function parseList<T>(
  read: (name: string) => string | undefined,
  file: string,
  isElement: (value: Json) => boolean,
): readonly T[] {
  const text = read(file)
  if (text === undefined) return []
  const list = parseJson(text)
  if (!Array.isArray(list)) throw invalid(file, 'is no JSON list')
  const wrong = list.findIndex((element: Json) => !isElement(element))
  if (wrong === -1) return list as readonly T[]
  throw invalid(file, `has an element that is wrong: element ${wrong + 1} of ${list.length} is not ${SHAPES[file]}`)
}

const SHAPES: Readonly<Record<string, string>> = {
  [EXCHANGES_FILE]: '{ side, request: { method, url, body? }, response: { status, headers, body } }',
  [WEBHOOKS_FILE]: '{ at, body } with the time of its receipt and the whole notification',
}

/** Whether a value has the form of an exchange. */
export function isExchange(value: Json): value is JsonObject & Exchange {
  if (!isObject(value) || !isObject(value.request) || !isObject(value.response)) return false
  const { request, response, side } = value
  return (
    (side === 'source' || side === 'destination') &&
    typeof request.method === 'string' &&
    typeof request.url === 'string' &&
    URL.canParse(request.url) &&
    typeof response.status === 'number' &&
    isObject(response.headers) &&
    response.body !== undefined
  )
}

const isWebhook = (value: Json): value is JsonObject & RecordedWebhook =>
  isObject(value) && typeof value.at === 'string' && !Number.isNaN(Date.parse(value.at)) && isObject(value.body)

const invalid = (file: string, problem: string) =>
  new Fault('config', 'recording/invalid', `${file} of the recording ${problem}`)

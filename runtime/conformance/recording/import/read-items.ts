/** Reads hand-made JSON: notifications, pages of streams, single items and lookups, told apart by the spec's own expressions. */
import { parseTime } from '../../../lib/iso-time.ts'
import { asArray, isObject } from '../../../lib/json.ts'
import { Fault } from '../../../ports/fault.ts'
import type { Json, JsonObject } from '../../../ports/types.ts'
import { openEnvelope } from '../../../source/envelope.ts'
import type { Spec } from '../../../spec/spec.ts'
import type { Exchange, RecordedWebhook } from '../recording.ts'
import { isExchange } from '../recording-files.ts'
import { addTo, type ImportedData, importedStreams } from './imported-data.ts'

export interface ItemFile {
  /** Its path in the folder, for messages, and to tell what it holds. */
  readonly name: string
  readonly value: Json
}

/** `now`: for notifications without a time, milliseconds since 1970. Throws a config fault for a file that is none of these. */
export async function readItems(files: readonly ItemFile[], spec: Spec, now: number): Promise<ImportedData> {
  const reader = new ItemReader(spec, now)
  for (const { name, value } of files) await reader.read(value, name)
  return reader
}

class ItemReader implements ImportedData {
  readonly exchanges: Exchange[] = []
  readonly webhooks: RecordedWebhook[] = []
  readonly items = new Map<string, Json[]>()
  readonly rows = new Map<string, Json[]>()
  readonly #spec: Spec
  readonly #now: number
  readonly #streams: ReadonlySet<string>

  constructor(spec: Spec, now: number) {
    this.#spec = spec
    this.#now = now
    this.#streams = importedStreams(spec)
  }

  async read(value: Json, file: string): Promise<void> {
    if (Array.isArray(value)) {
      for (const element of value) await this.read(element, file)
      return
    }
    if (!isObject(value)) throw unknown(file)
    if (isExchange(value)) this.exchanges.push(value)
    else if (await this.#takeNotification(value)) return
    else if (this.#takeLookups(value)) return
    else if (await this.#takePage(value, file)) return
    else if (!(await this.#takeItem(value, file))) throw unknown(file)
  }

  /** Also one with the time of its receipt, as `webhooks.json` has them. */
  async #takeNotification(value: JsonObject): Promise<boolean> {
    const { at, body } = value
    const isReceived = typeof at === 'string' && isObject(body)
    const envelope = await openEnvelope(isReceived ? body : value, this.#spec).catch(() => undefined)
    if (envelope === undefined || envelope.item === null) return false
    const time = isReceived ? Date.parse(at) : (parseTime(envelope.time) ?? this.#now)
    this.webhooks.push({ at: new Date(time).toISOString(), body: isReceived ? body : value })
    return true
  }

  /** In the forms of `preview --lookups`: by name, a list or an object by id. */
  #takeLookups(value: JsonObject): boolean {
    const names = Object.keys(value)
    if (names.length === 0 || !names.every((name) => this.#spec.lookups.has(name))) return false
    for (const name of names) {
      const given = value[name] ?? null
      const rows = isObject(given) && !('id' in given) ? Object.values(given) : asArray(given)
      addTo(
        this.rows,
        name,
        rows.filter((row) => row !== undefined),
      )
    }
    return true
  }

  async #takePage(value: JsonObject, file: string): Promise<boolean> {
    const { streams, lookups } = this.#spec
    const pages: { readonly names: readonly string[]; readonly rows: readonly Json[]; readonly take: () => void }[] = []
    for (const { name, resource, records } of streams.values()) {
      const rows = await records.evaluate(value)
      if (Array.isArray(rows))
        pages.push({ names: [name, resource], rows, take: () => this.#takeAll(resource, name, rows) })
    }
    for (const { name, list } of lookups.values()) {
      const rows = await list?.records.evaluate(value)
      if (Array.isArray(rows)) pages.push({ names: [name], rows, take: () => addTo(this.rows, name, rows) })
    }
    const isNamed = (names: readonly string[], rows: readonly Json[]) =>
      names.some((name) => isHint(file, name) || rows.some((row) => isObject(row) && row.type === name))
    const found = pages.length === 1 ? pages[0] : pages.find(({ names, rows }) => isNamed(names, rows))
    found?.take()
    return found !== undefined
  }

  async #takeItem(value: JsonObject, file: string): Promise<boolean> {
    const { streams, lookups, resources } = this.#spec
    const isNamed = (name: string) => value.type === name || (value.type === undefined && isHint(file, name))
    const stream = [...streams.values()].find(({ resource, name }) => isNamed(resource) || isNamed(name))
    if (stream !== undefined) {
      const id = await resources.get(stream.resource)?.id.evaluate(value)
      if (id === undefined) return false
      this.#takeAll(stream.resource, stream.name, [value])
      return true
    }
    const lookup = [...lookups.keys()].find(isNamed)
    if (lookup !== undefined) addTo(this.rows, lookup, [value])
    return lookup !== undefined
  }

  /** Items of a stream that no mapping reads are values of the lookup of that resource. */
  #takeAll(resource: string, stream: string, items: readonly Json[]): void {
    if (this.#streams.has(stream)) addTo(this.items, stream, items)
    if (this.#spec.lookups.has(resource)) addTo(this.rows, resource, items)
  }
}

/** Whether the path has the word, in the singular or the plural. */
function isHint(file: string, name: string): boolean {
  const wanted = name.toLowerCase().replace(/s$/, '')
  return file
    .toLowerCase()
    .replace(/\.\w+$/, '')
    .split(/[^a-z]+/)
    .some((word) => word.replace(/s$/, '') === wanted)
}

const unknown = (file: string) =>
  new Fault(
    'config',
    'recording/unknown-item',
    `cannot tell what ${file} holds: neither a notification, a page of a stream, nor an item with a \`type\`. Name the file after its stream or lookup, e.g. tickets.json or contact-1.json`,
  )

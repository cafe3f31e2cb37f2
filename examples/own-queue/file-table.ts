/** Values by key that survive a crash. Stands for what you have: Redis with `appendfsync always`, a table, a bucket. */
import { existsSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'

export interface Table<T> {
  get(key: string): T | undefined
  values(): Iterable<T>
  /** Resolves once the value survives a crash. Undefined removes it. */
  set(key: string, value: T | undefined): Promise<void>
}

export async function fileTable<T>(path: string): Promise<Table<T>> {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
  const values = new Map<string, T>(lines.map((line) => JSON.parse(line)))
  const file = await open(path, 'a')
  let last = Promise.resolve()
  return {
    get: (key) => values.get(key) ?? undefined,
    values: () => [...values.values()].filter((value) => value !== null),
    set(key, value) {
      values.set(key, value as T)
      last = last.then(() => file.appendFile(`${JSON.stringify([key, value ?? null])}\n`)).then(() => file.sync())
      return last
    },
  }
}

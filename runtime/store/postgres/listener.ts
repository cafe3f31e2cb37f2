/** One connection that listens for what other processes write. Reconnects for as long as anyone listens. */
import type pg from 'pg'
import { onAbort } from '../../lib/abort.ts'
import type { Clock } from '../../ports/effects.ts'
import { type ConnectionSettings, clientOptions } from './connections.ts'
import type { Driver } from './driver.ts'

/** Milliseconds between two tries to connect: doubled up to the longest. */
const FIRST_RETRY = 100
const LONGEST_RETRY = 5_000
/** A connection that the network has lost without a word is noticed by a query that gets no answer. Milliseconds. */
const CHECK_EVERY = 10_000
const CHECK_TIMEOUT = 5_000
/** Checks after which all look for what they were not told: a process may die between its commit and its notice. */
const CHECKS_PER_LOOK = 3
const GOODBYE = 1_000

/** With the payload of a notification; without one after a time in which some may have been missed. */
export type NotificationListener = (payload?: string) => void

export interface ListenerParts {
  readonly driver: Driver
  readonly settings: ConnectionSettings
  readonly clock: Clock
  /** The channel, a name that needs no quotes. */
  readonly channel: string
}

export class NotificationStream {
  readonly #parts: ListenerParts
  readonly #listeners = new Set<NotificationListener>()
  #stop: AbortController | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(parts: ListenerParts) {
    this.#parts = parts
  }

  /** Connects for the first listener, and disconnects after the last has left. */
  listen(listener: NotificationListener): () => void {
    this.#listeners.add(listener)
    if (this.#stop === undefined) {
      const stop = new AbortController()
      this.#stop = stop
      this.#running = this.#run(stop.signal)
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#end()
    }
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    this.#end()
    await this.#running
  }

  #end(): void {
    this.#stop?.abort()
    this.#stop = undefined
  }

  #tell(payload?: string): void {
    for (const listener of this.#listeners) listener(payload)
  }

  async #run(signal: AbortSignal): Promise<void> {
    let pause = FIRST_RETRY
    while (!signal.aborted) {
      if (await this.#listenOnce(signal)) pause = FIRST_RETRY
      // Without a connection nothing is heard: all look for themselves, now and then.
      this.#tell()
      if (!signal.aborted) await this.#parts.clock.sleep(pause, signal)
      pause = Math.min(LONGEST_RETRY, pause * 2)
    }
  }

  /** Returns when the connection ends. Returns whether there was one. */
  async #listenOnce(signal: AbortSignal): Promise<boolean> {
    const { driver, settings, channel, clock } = this.#parts
    const client = new driver.Client({ ...clientOptions(driver, settings), query_timeout: CHECK_TIMEOUT })
    const ended = new AbortController()
    const end = () => ended.abort()
    client.on('error', end)
    client.on('end', end)
    client.on('notification', ({ payload }: pg.Notification) => this.#tell(payload))
    const stopListening = onAbort(signal, end)
    let connected = false
    try {
      await client.connect()
      await client.query(`LISTEN ${channel}`)
      connected = true
      // What was written before it listened.
      this.#tell()
      for (let check = 1; !ended.signal.aborted; check++) {
        await clock.sleep(CHECK_EVERY, ended.signal)
        if (!ended.signal.aborted) await client.query('SELECT 1')
        if (check % CHECKS_PER_LOOK === 0) this.#tell()
      }
    } catch {
      // The next connection is tried in a moment; what is broken shows where the store is used.
    } finally {
      stopListening()
      await endClient(client, clock)
    }
    return connected
  }
}

/** A connection that the network has lost answers no goodbye. */
async function endClient(client: pg.Client, clock: Clock): Promise<void> {
  const { connection } = client as pg.Client & { readonly connection?: { readonly stream?: { destroy(): void } } }
  const left = new AbortController()
  void clock.sleep(GOODBYE, left.signal).then(() => connection?.stream?.destroy())
  await client.end().catch(() => undefined)
  left.abort()
}

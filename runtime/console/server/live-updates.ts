/** Tells open pages when something changed, by server-sent events: one look at the store a second for all of them. */

import { createHash } from 'node:crypto'
import { BACKFILL_CHECKPOINT } from '../../lib/checkpoint-names.ts'
import type { Clock } from '../../ports/effects.ts'
import type { Store } from '../../ports/store.ts'

export interface Live {
  /** What was found by the last look: a page that is made now shows this, or what came after it. Empty: none yet. */
  seen(): string
  /** A stream that says `changed` whenever something did; `seen` is the last that the page knows, `who` its browser. */
  subscribe(seen: string, who: string): Response
}

/** Whether a page asks only to keep itself up to date: nobody uses it then, and neither side is asked for it. */
export const isBackgroundRefresh = (request: Request): boolean => request.headers.has('x-live')

export interface LiveParts {
  readonly store: Pick<Store, 'tallies' | 'backlog' | 'readCheckpoint'>
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Whatever else should make pages look again. */
  readonly also?: () => Promise<unknown>
}

const LOOK_EVERY = 1_000
/** Proxies drop connections that say nothing, and pages take one that is silent for gone. In looks. */
const HEARTBEAT = 15
/** Pages say how long something waits, what a day has brought, how much of a limit is used: all of it moves by itself. */
const A_MINUTE = 60_000
/** Tabs in all. Each costs little, but not nothing. */
const MOST = 100
/** A browser opens six connections to one host, and needs one to load a page: a seventh tab would wait for ever. */
const MOST_OF_ONE = 4

type Send = (text: string) => void

interface Listener {
  readonly who: string
  readonly close: () => void
}

export function live(parts: LiveParts): Live {
  const { clock, signal } = parts
  const listeners = new Map<Send, Listener>()
  let looking = false
  let known: string | undefined

  async function look(): Promise<void> {
    looking = true
    for (let beat = 1; listeners.size > 0 && !signal.aborted; beat++) {
      const found = await fingerprint(parts).catch(() => known)
      const news = found !== undefined && found !== known
      known = found
      if (news || beat % HEARTBEAT === 0)
        for (const send of listeners.keys()) send(news ? changed(found) : HEARTBEAT_EVENT)
      await clock.sleep(LOOK_EVERY, signal)
    }
    looking = false
    for (const { close } of listeners.values()) close()
  }

  return {
    seen: () => known ?? '',
    subscribe(seen, who) {
      const own = [...listeners.values()].filter((it) => it.who === who).length
      if (signal.aborted || listeners.size >= MOST || own >= MOST_OF_ONE)
        return new Response(null, { status: 503, headers: { 'retry-after': '10' } })
      return new Response(
        stream(listeners, who, (send) => {
          send('retry: 3000\n\n')
          // Something may have changed since the page was made, or while its connection was away.
          if (known !== undefined) send(seen === known ? `id: ${known}\ndata:\n\n` : changed(known))
          if (!looking) void look()
        }),
        { headers: EVENT_STREAM },
      )
    },
  }
}

const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }

/** An event, since pages hear nothing of a comment. */
const HEARTBEAT_EVENT = 'event: still\ndata:\n\n'
const changed = (id: string) => `id: ${id}\nevent: changed\ndata: ${JSON.stringify({ id })}\n\n`

function stream(listeners: Map<Send, Listener>, who: string, opened: (send: Send) => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let leave: () => void = () => undefined
  return new ReadableStream({
    start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text))
      leave = () => void listeners.delete(send)
      const close = () => {
        leave()
        controller.close()
      }
      listeners.set(send, { who, close })
      opened(send)
    },
    cancel: () => leave(),
  })
}

/** Stands for everything pages show. Short, so that it can be an id. */
async function fingerprint({ store, clock, also }: LiveParts): Promise<string> {
  const parts = await Promise.all([
    store.tallies(),
    store.backlog('live'),
    store.backlog('backfill'),
    store.readCheckpoint(BACKFILL_CHECKPOINT),
    also?.(),
    Math.floor(clock.now() / A_MINUTE),
  ])
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16)
}

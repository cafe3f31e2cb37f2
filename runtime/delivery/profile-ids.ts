/** Learns which profile a contact's address has, once per contact: the destination's answer to an event names none. */

import { BoundedMap } from '../lib/bounded-map.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Profile } from '../ports/types.ts'
import type { Spec } from '../spec/spec.ts'
import type { MessageSender } from './sender.ts'

export interface ProfileIdParts {
  readonly spec: Pick<Spec, 'destination'>
  readonly sender: Pick<MessageSender, 'send'>
  /** Whether the live backlog is too high for one more request per event. */
  readonly hasBacklog: () => boolean
  readonly clock: Clock
  readonly logger: Logger
}

export interface ProfileQuestion {
  readonly contact: string
  /** Fingerprint of the address. */
  readonly address: string
  /** The attribute that identifies the person, read when the request is built. No other, so that none is overwritten. */
  readonly currentProfile: () => Profile
}

interface Asked {
  readonly address: string
  readonly profileId?: string
}

/** Contacts in memory. One that no longer fits is asked for again. */
const MAX_CONTACTS = 5_000
/** Imports at once: fewer than the destination takes in parallel, so that profile updates do not wait behind all of them. */
const MAX_RUNNING = 4
/** How long an event's result waits for the answer, milliseconds. A later answer goes with the contact's next result. */
const MAX_WAIT = 2_000
/** Pause after a failure that other imports would share, milliseconds. */
const PAUSE = 60_000

export class ProfileIds {
  readonly #parts: ProfileIdParts
  readonly #asked = new BoundedMap<string, Asked>(MAX_CONTACTS)
  #running = 0
  readonly #time: MonotonicClock
  #notBefore = Number.NEGATIVE_INFINITY

  constructor(parts: ProfileIdParts) {
    this.#parts = parts
    this.#time = new MonotonicClock(parts.clock)
  }

  /** The profile of the contact's address, if this process has learned it. */
  learned(contact: string, address: string): string | undefined {
    const asked = this.#asked.get(contact)
    return asked?.address === address ? asked.profileId : undefined
  }

  /** Forgets the answer about another address: that profile may have moved to this one. */
  forgetOther(contact: string, address: string): void {
    const asked = this.#asked.get(contact)
    if (asked !== undefined && asked.address !== address) this.#asked.delete(contact)
  }

  /** Asks the destination, unless it is busy or was asked before. Never throws, and takes `MAX_WAIT` at most. */
  async learn(question: ProfileQuestion): Promise<string | undefined> {
    const { contact, address } = question
    const { spec, hasBacklog, clock } = this.#parts
    if (!spec.destination.moveProfiles) return undefined
    if (this.#asked.get(contact)?.address === address) return this.learned(contact, address)
    if (this.#running >= MAX_RUNNING || this.#time.now() < this.#notBefore || hasBacklog()) return undefined
    const asked: Asked = { address }
    this.#asked.set(contact, asked)
    const answered = new AbortController()
    const asking = this.#ask(question, asked).finally(() => answered.abort())
    await Promise.race([asking, clock.sleep(MAX_WAIT, answered.signal)])
    return this.learned(contact, address)
  }

  async #ask({ contact, address, currentProfile }: ProfileQuestion, asked: Asked): Promise<void> {
    const { sender } = this.#parts
    this.#running++
    try {
      const { profileId } = await sender.send({ kind: 'profile', profile: currentProfile(), currentProfile }, 'live')
      if (profileId !== undefined && this.#asked.get(contact) === asked)
        this.#asked.set(contact, { address, profileId })
    } catch (error) {
      this.#pauseAfter(error, contact)
    } finally {
      this.#running--
    }
  }

  /** The event is delivered whatever becomes of this: its next event asks again, unless the address is to blame. */
  #pauseAfter(error: unknown, contact: string): void {
    const { logger } = this.#parts
    const { kind, code } = toFault(error)
    if (kind !== 'data') {
      this.#asked.delete(contact)
      this.#notBefore = this.#time.now() + PAUSE
    }
    logger.info('could not learn the profile of a contact: a new address would get a profile of its own', { code })
  }
}

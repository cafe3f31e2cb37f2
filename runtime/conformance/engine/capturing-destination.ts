/** The destination of a case: fits each message into the real one's limits, and keeps it. */
import type { Destination, SendResult } from '../../ports/destination.ts'
import { Fault, toFault } from '../../ports/fault.ts'
import type { OutgoingMessage, Profile, Receipt } from '../../ports/types.ts'

export class CapturingDestination implements Destination {
  readonly batch = { events: 1_000, bytes: 4_000_000 }
  readonly deletion = { readIdentifiers: async () => undefined, delete: async () => ({ status: 202 }) }
  /** While set, refuses every message: their records become dead letters. */
  isRefusing = false
  readonly fit: Destination['fit']
  readonly #identifiers: readonly string[]
  readonly #messages: OutgoingMessage[] = []
  /** Ids of profiles, by their strongest identifier. */
  readonly #profileIds = new Map<string, string>()

  /** `identifiers`: the names of the attributes that identify a person, strongest first. */
  constructor(fit: Destination['fit'], identifiers: readonly string[]) {
    this.fit = fit
    this.#identifiers = identifiers
  }

  /** The message that a receipt is of. */
  messageOf({ requestId }: Pick<Receipt, 'requestId'>): OutgoingMessage | undefined {
    return this.#messages[Number(requestId)]
  }

  async send(message: OutgoingMessage): Promise<Receipt> {
    if (this.isRefusing)
      throw new Fault('data', 'case/refused', 'the destination of a case refuses this message for now')
    const profile = (await message.currentProfile?.()) ?? message.profile
    const { message: fitted } = this.fit({ ...message, profile })
    const requestId = String(this.#messages.push(fitted) - 1)
    const profileId = this.#profileOf(profile, message.kind === 'profile' ? message.profileId : undefined)
    return { status: 202, requestId, ...(profileId !== undefined && { profileId }) }
  }

  sendMany(messages: readonly OutgoingMessage[]): Promise<readonly SendResult[]> {
    return Promise.all(messages.map((message) => this.send(message).catch(toFault)))
  }

  sizeOf(): number {
    return 1
  }

  /** Everyone. */
  async findKnown(people: readonly unknown[]): Promise<readonly boolean[]> {
    return people.map(() => true)
  }

  /** No case asks for them. */
  previewBodies(): readonly [] {
    return []
  }

  #profileOf(profile: Profile, moved: string | undefined): string | undefined {
    const name = this.#identifiers.find((one) => typeof profile[one] === 'string')
    if (name === undefined) return moved
    const address = `${name} ${String(profile[name])}`
    const id = moved ?? this.#profileIds.get(address) ?? `profile-${this.#profileIds.size + 1}`
    this.#profileIds.set(address, id)
    return id
  }
}

/** Profile properties that events set: of two events the later one counts, in whatever order they arrive. */
import { isEarlier } from '../lib/contact-state.ts'
import { isObject } from '../lib/json.ts'
import type { MappedMessage } from '../mapping/types.ts'
import type { OutgoingMessage, Profile, PropertyTimes } from '../ports/types.ts'

/** Sends the events that set properties of one contact one after another: of two in flight, the older may arrive last. */
export class SetterTurns {
  readonly #last = new Map<string, Promise<unknown>>()

  async run<T>(contact: string, send: () => Promise<T>): Promise<T> {
    const before = this.#last.get(contact)
    const turn = before === undefined ? send() : before.then(send, send)
    this.#last.set(contact, turn)
    try {
      return await turn
    } finally {
      if (this.#last.get(contact) === turn) this.#last.delete(contact)
    }
  }
}

/** The message without the properties that a later event has set. */
export function withoutOlder<T extends MappedMessage>(mapped: T, times: PropertyTimes): T {
  const { message, setProperties = [] } = mapped
  const time = timeOf(message)
  const isOlder = (name: string) => isEarlier(time, times[name])
  const older = setProperties.filter(isOlder)
  if (older.length === 0) return mapped
  const profile = withoutProperties(message.profile, older)
  return { ...mapped, message: { ...message, profile }, setProperties: setProperties.filter((name) => !isOlder(name)) }
}

function withoutProperties(profile: Profile, names: readonly string[]): Profile {
  const { properties } = profile
  if (!isObject(properties)) return profile
  const kept = Object.entries(properties).filter(([name]) => !names.includes(name))
  return { ...profile, properties: Object.fromEntries(kept) }
}

/** For the state of the contact: what was set by this message. */
export function propertyTimesOf({ message, setProperties = [] }: MappedMessage): {
  readonly propertyTimes?: PropertyTimes
} {
  const time = timeOf(message)
  if (time === undefined || setProperties.length === 0) return {}
  return { propertyTimes: Object.fromEntries(setProperties.map((name) => [name, time])) }
}

const timeOf = (message: OutgoingMessage): number | undefined =>
  message.kind === 'event' ? Date.parse(message.time) : undefined

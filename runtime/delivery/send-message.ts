/** Sends one message in the order of its person's states: nothing older than what was sent, one profile for one person. */

import { isEarlier } from '../lib/contact-state.ts'
import { asId } from '../lib/json.ts'
import type { CompiledPlan } from '../mapping/compile-plan.ts'
import { CONTACT } from '../mapping/hydrate.ts'
import type { Lookups } from '../mapping/lookups.ts'
import type { ContactStates } from '../mapping/person/contact-states.ts'
import { fingerprint, pickIdentifiers, strongestIdentifier } from '../mapping/person/person-state.ts'
import type { EventIdentity, MappedMessage, PersonState } from '../mapping/types.ts'
import type { Logger } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type {
  AddressChange,
  ContactState,
  EventResult,
  MetricEvent,
  OutgoingMessage,
  Profile,
  ProfileUpdate,
  Receipt,
} from '../ports/types.ts'
import type { Spec } from '../spec/spec.ts'
import type { ProfileIds } from './profile-ids.ts'
import type { MessageSender } from './sender.ts'
import { propertyTimesOf, type SetterTurns, withoutOlder } from './set-properties.ts'

export interface SendParts extends Pick<Store, 'contactsSharing' | 'moveSends'> {
  readonly spec: Spec
  readonly plan: CompiledPlan
  readonly lookups: Lookups
  readonly logger: Logger
  readonly contacts: ContactStates
  readonly profileIds: Pick<ProfileIds, 'learned' | 'learn' | 'forgetOther'>
  readonly sender: Pick<MessageSender, 'send'>
  readonly setterTurns: SetterTurns
}

export interface MessageToSend<M extends OutgoingMessage = OutgoingMessage> extends MappedMessage<M> {
  readonly identity: EventIdentity
}

/** Delivers a message, or skips a profile that is outdated by now. Throws a `Fault`. */
export async function sendMessage(mapped: MessageToSend, parts: SendParts): Promise<EventResult> {
  const { identity, message, person, setProperties } = mapped
  if (person === undefined)
    return { ...identity, status: 'delivered', receipt: await parts.sender.send(message, identity.lane) }
  if (message.kind === 'profile') return sendProfile({ identity, message, person }, parts)
  if (setProperties === undefined) return sendEvent({ identity, message, person }, parts)
  const { contact } = person
  return parts.setterTurns.run(contact, async () => {
    const times = await parts.contacts.propertyTimes(contact)
    return sendEvent(withoutOlder({ identity, message, person, setProperties }, times), parts)
  })
}

export type WithPerson<M extends OutgoingMessage> = MessageToSend<M> & { readonly person: PersonState }

async function sendProfile(mapped: WithPerson<ProfileUpdate>, parts: SendParts): Promise<EventResult> {
  const { identity, message, person } = mapped
  const { contact, updatedAt } = person
  const previous = parts.contacts.newerOfSent(contact, person.previous)
  if (isEarlier(updatedAt, previous?.updatedAt)) return { ...identity, status: 'skipped', reason: 'outdated' }
  const { profileId, addressChange } = await planMove(mapped, previous, parts)
  const update = profileId === undefined ? message : { ...message, profileId }
  const receipt = await parts.sender.send(update, identity.lane)
  await moveSends(mapped, receipt, parts)
  return delivered(mapped, { ...(addressChange && { addressChange }), ...receipt }, parts)
}

/** A live event with attributes may be the first to tell of a new address: then the profile moves before it. */
async function sendEvent(mapped: WithPerson<MetricEvent>, parts: SendParts): Promise<EventResult> {
  const { identity, message, person } = mapped
  const { contacts, sender } = parts
  const { contact, updatedAt } = person
  let wasReplaced = false
  // Read when the request is built. A person's newest identifiers without attributes replace an older state.
  const currentProfile = () => {
    const sent = contacts.sent(contact)
    wasReplaced = sent !== undefined && isEarlier(updatedAt, sent.updatedAt)
    return wasReplaced && sent !== undefined ? sent.identifiers : message.profile
  }
  const event = { ...message, contact, currentProfile }
  if (identity.lane === 'backfill' || person.isOutdated)
    return { ...identity, status: 'delivered', receipt: await sender.send(event, identity.lane) }
  const move = await moveBefore(mapped, parts)
  const receipt = { ...(await sender.send(event, identity.lane)), ...move }
  // Its attributes were not sent, nor was its address.
  if (receipt.firstIdentifiers) return { ...identity, status: 'delivered', receipt }
  const { setProperties: _, ...withoutSets } = mapped
  const sent = wasReplaced ? withoutSets : mapped
  const result = delivered(sent, receipt, parts)
  if (receipt.profileId !== undefined) return result
  const profileId = await learnProfile(mapped, parts)
  return profileId === undefined ? result : delivered(sent, { ...receipt, profileId }, parts)
}

/** Only once the event is accepted: it never waits for this, and a rejected event leaves no empty profile. */
async function learnProfile(
  { message: { profile }, person }: WithPerson<MetricEvent>,
  { spec, contacts, profileIds }: SendParts,
): Promise<string | undefined> {
  const { contact, previous } = person
  const identifier = strongestIdentifier(profile, spec)
  if (identifier === undefined) return undefined
  const address = fingerprint(identifier)
  const known = contacts.newerOfSent(contact, previous)
  // A newer address was sent meanwhile: that one's profile counts.
  if (known?.address !== address) return undefined
  // Told again if this process has learned it: the result that told it first may not have been settled.
  if (known.profileId !== undefined) return profileIds.learned(contact, address) && known.profileId
  const currentProfile = () => {
    const sent = contacts.sent(contact)
    const current = strongestIdentifier(sent?.identifiers ?? profile, spec) ?? identifier
    return Object.fromEntries([current])
  }
  return profileIds.learn({ contact, address, currentProfile })
}

async function moveBefore(
  mapped: WithPerson<MetricEvent>,
  parts: SendParts,
): Promise<Pick<Receipt, 'profileId' | 'addressChange'>> {
  const { message, person } = mapped
  const { profileId, ...kept } = await planMove(
    mapped,
    parts.contacts.newerOfSent(person.contact, person.previous),
    parts,
  )
  if (profileId === undefined) return kept
  try {
    const receipt = await parts.sender.send({ kind: 'profile', profile: message.profile, profileId }, 'live')
    await moveSends(mapped, receipt, parts)
    remember(mapped, receipt, parts)
    const { profileId: moved, addressChange } = receipt
    return { ...(moved !== undefined && { profileId: moved }), ...(addressChange && { addressChange }) }
  } catch (error) {
    const fault = toFault(error)
    // The event may be accepted although the profile is not, and a retry would change nothing.
    if (fault.kind !== 'data') throw fault
    parts.logger.warn('the profile of a contact who changed their address could not be moved', { code: fault.code })
    return {}
  }
}

/** An event whose answer was lost goes on to the same profile, under its new address. */
async function moveSends(
  { message: { profile }, person }: WithPerson<OutgoingMessage>,
  { addressChange }: Receipt,
  parts: SendParts,
): Promise<void> {
  if (addressChange === 'moved') await parts.moveSends(person.contact, pickIdentifiers(profile, parts.spec))
}

interface Move {
  /** The profile that takes the new address. */
  readonly profileId?: string
  /** Why it does not. */
  readonly addressChange?: AddressChange
}

async function planMove(
  { message: { profile }, person }: WithPerson<OutgoingMessage>,
  previous: ContactState | undefined,
  parts: SendParts,
): Promise<Move> {
  const { contact } = person
  const identifier = strongestIdentifier(profile, parts.spec)
  if (!parts.spec.destination.moveProfiles || identifier === undefined) return {}
  if (previous?.address === undefined || previous.address === fingerprint(identifier)) return {}
  if (isEarlier(person.updatedAt, previous.updatedAt)) return {}
  const profileId = previous.profileId ?? parts.profileIds.learned(contact, previous.address)
  if (profileId === undefined) {
    parts.logger.info('a contact changed their address, and their former profile is unknown; the profile stays')
    return { addressChange: 'profile-unknown' }
  }
  if (!(await isTakenFromOthers(contact, profile, parts))) return { profileId }
  parts.logger.info('a contact changed their address, which another contact has, too; the profile stays', {
    profile: profileId,
  })
  return { addressChange: 'profile-shared' }
}

/** Contacts that share a profile or an address; more are taken to need it. */
const MAX_SHARING = 20

/**
 * Whether another contact would lose its address to the move. Asks the source, since contacts are merged, deleted and
 * changed without a notice.
 */
async function isTakenFromOthers(contact: string, profile: Profile, parts: SendParts): Promise<boolean> {
  const others = await parts.contactsSharing(contact, MAX_SHARING)
  for (const other of others) if (await wouldLose(other, contact, profile, parts)) return true
  return others.length >= MAX_SHARING
}

async function wouldLose(other: string, contact: string, profile: Profile, parts: SendParts): Promise<boolean> {
  const { spec, plan, lookups } = parts
  const lookup = spec.lookups.get(CONTACT)
  if (lookup === undefined) return true
  const value = await lookups.find(lookup, other, 'live')
  if (value === undefined) return false
  const id = asId(await spec.resources.get(spec.profile.resource)?.id.evaluate(value))
  if (id === contact) return false
  const theirs = strongestIdentifier(await plan.profile.evaluate.backfill(value, { [CONTACT]: value }), spec)
  if (theirs === undefined) return false
  const known = await parts.contacts.newest(other)
  // They have another address by now, which the profile does not have.
  if (known?.address !== undefined && known.address !== fingerprint(theirs)) return false
  const [name] = theirs
  const own = profile[name]
  // An identifier that the update leaves out stays where it is.
  return own !== undefined && own !== null && fingerprint(theirs) !== fingerprint([name, String(own)])
}

function delivered(mapped: WithPerson<OutgoingMessage>, receipt: Receipt, parts: SendParts): EventResult {
  const { profileId: _, ...contactState } = remember(mapped, receipt, parts)
  return { ...mapped.identity, status: 'delivered', receipt, contactState }
}

function remember(
  mapped: WithPerson<OutgoingMessage>,
  { profileId }: Pick<Receipt, 'profileId'>,
  { spec, contacts, profileIds }: SendParts,
): ContactState {
  const {
    message: { profile },
    person,
  } = mapped
  const { contact, updatedAt } = person
  const identifier = strongestIdentifier(profile, spec)
  const state = {
    contact,
    ...(updatedAt !== undefined && { updatedAt }),
    ...(identifier && { address: fingerprint(identifier) }),
    ...(profileId !== undefined && { profileId }),
    ...propertyTimesOf(mapped),
  }
  contacts.remember(state, pickIdentifiers(profile, spec))
  if (state.address !== undefined) profileIds.forgetOther(contact, state.address)
  return state
}

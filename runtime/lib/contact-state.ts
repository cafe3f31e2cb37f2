/** Compares states of a contact by the source's time. */
import type { ContactState, PropertyTimes } from '../ports/types.ts'

/**
 * Whether a time of the source lies before another one. Times of whole seconds are compared by the second: sources send
 * one time with and without milliseconds. An unknown time is not before any.
 */
export function isEarlier(one: number | undefined, other: number | undefined): boolean {
  if (one === undefined || other === undefined) return false
  const precise = one % 1000 !== 0 && other % 1000 !== 0
  return precise ? one < other : Math.floor(one / 1000) < Math.floor(other / 1000)
}

/** The newer of two states of a contact, with the newer time of each property. */
export function newerState(known: ContactState | undefined, next: ContactState): ContactState {
  if (known === undefined) return next
  const state = newerAddress(known, next)
  const propertyTimes = newerTimes(known.propertyTimes, next.propertyTimes)
  return propertyTimes === undefined || propertyTimes === state.propertyTimes ? state : { ...state, propertyTimes }
}

/** By name the newer of two times; the known ones themselves if none is. */
export function newerTimes(known: PropertyTimes, next: PropertyTimes | undefined): PropertyTimes
export function newerTimes(known: PropertyTimes | undefined, next: PropertyTimes | undefined): PropertyTimes | undefined
export function newerTimes(
  known: PropertyTimes | undefined,
  next: PropertyTimes | undefined,
): PropertyTimes | undefined {
  const newer = Object.entries(next ?? {}).filter(([name, time]) => time > (known?.[name] ?? Number.NEGATIVE_INFINITY))
  return newer.length === 0 ? known : { ...known, ...Object.fromEntries(newer) }
}

/** The profile's id stays while the address does: a new address may have another. */
function newerAddress(known: ContactState, next: ContactState): ContactState {
  if (isEarlier(next.updatedAt, known.updatedAt)) return known
  const { contact, address = known.address } = next
  const updatedAt = Math.max(known.updatedAt ?? 0, next.updatedAt ?? 0)
  const profileId = next.profileId ?? (address === known.address ? known.profileId : undefined)
  return {
    contact,
    ...(updatedAt > 0 && { updatedAt }),
    ...(address !== undefined && { address }),
    ...(profileId !== undefined && { profileId }),
  }
}

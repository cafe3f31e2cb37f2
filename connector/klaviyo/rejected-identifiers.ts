/** Resends a message whose identifiers Klaviyo rejects: without the phone number, or to the profile of the address. */

import { mapMaybe } from '../../runtime/lib/maybe-promise.ts'
import type { Logger } from '../../runtime/ports/effects.ts'
import { type Fault, toFault } from '../../runtime/ports/fault.ts'
import type { AddressChange, OutgoingMessage, ProfileUpdate, Receipt } from '../../runtime/ports/types.ts'
import { onlyPhone } from './errors.ts'
import { PHONE_REJECTED, withChanges } from './limits/change-log.ts'

/**
 * Updates the profile by its id. Where Klaviyo refuses, the profile stays as it is, and the update goes to the profile of
 * the new address: that address may be another profile's (409), or someone has deleted or merged the profile (404).
 * Sending the same move again changes nothing. Throws the `Fault` of `send`.
 */
export async function moveProfile(
  update: ProfileUpdate,
  send: (update: ProfileUpdate) => Promise<Receipt>,
  logger: Logger,
): Promise<Receipt> {
  const { profileId, ...byAddress } = update
  let refusal: AddressChange
  try {
    return { ...(await send(update)), addressChange: 'moved' }
  } catch (error) {
    const fault = toFault(error)
    if (fault.code === 'klaviyo/duplicate-profile') refusal = 'address-in-use'
    else if (fault.details.status === 404) refusal = 'profile-not-found'
    else throw fault
  }
  const receipt = await send(byAddress)
  logger.warn(REFUSED[refusal], { profile: profileId, ...(receipt.requestId && { requestId: receipt.requestId }) })
  return { ...receipt, addressChange: refusal }
}

const REFUSED = {
  'address-in-use':
    "a contact's new address belongs to another Klaviyo profile; both profiles stay, and that one is updated",
  'profile-not-found':
    'the Klaviyo profile of a contact who changed their address is gone; the new address gets its own',
}

/** Sends a message again without a rejected phone number, if an e-mail address identifies the person. Throws a `Fault`. */
export async function withoutRejectedPhone<M extends OutgoingMessage>(
  message: M,
  send: (message: M) => Promise<Receipt>,
  logger: Logger,
): Promise<Receipt> {
  try {
    return await send(message)
  } catch (error) {
    const fault = toFault(error)
    const trimmed = isPhoneRejected(fault) ? withoutPhone(message) : undefined
    if (trimmed === undefined) throw fault
    const receipt = await send(trimmed)
    logger.warn('Klaviyo rejected a phone number; resent without it', { code: fault.code })
    return withChanges(receipt, [PHONE_REJECTED])
  }
}

/** Whether Klaviyo rejected the phone number: as invalid, or as that of another profile. */
function isPhoneRejected({ code, details }: Fault): boolean {
  return code === 'klaviyo/duplicate-profile' || (details.status === 400 && onlyPhone(details.pointers))
}

/** The same message without its phone number, if it has an e-mail address as well. */
function withoutPhone<M extends OutgoingMessage>(message: M): M | undefined {
  const { phone_number, ...profile } = message.profile
  if (phone_number === undefined || !profile.email) return undefined
  const { currentProfile } = message
  const current = currentProfile && {
    currentProfile: (mayHaveArrived: boolean) => mapMaybe(currentProfile(mayHaveArrived), dropPhone),
  }
  return { ...message, profile, ...current }
}

function dropPhone({ phone_number: _, ...profile }: OutgoingMessage['profile']): OutgoingMessage['profile'] {
  return profile
}

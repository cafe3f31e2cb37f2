/** What no fault, log or list of changes may hold. */
import assert from 'node:assert/strict'
import type { Fault } from '../../ports/fault.ts'
import { assertEqual } from './assertions.ts'

/** Texts of the people in the contracts' messages and refusals, lower-case. */
export const PERSONAL: readonly string[] = ['quillon', 'ashgrove', '+35386123', 'parcel']

/** Compares without case. The failure names the texts. */
export function assertHoldsNone(text: string, secrets: readonly string[]): void {
  const lower = text.toLowerCase()
  assertEqual(
    secrets.filter((secret) => lower.includes(secret.toLowerCase())),
    [],
  )
}

/** A fault has a stable code, and holds nothing of people, nor any of these credentials. */
export function assertIsSafe(fault: Fault, credentials: readonly string[] = []): void {
  assert.match(fault.code, /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/)
  const text = JSON.stringify([fault.info(), { ...fault.details, cause: undefined }])
  assertHoldsNone(text, [...PERSONAL, ...credentials])
}

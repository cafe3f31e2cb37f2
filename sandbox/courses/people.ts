/** The people of the courses, their addresses and numbers. */

export type Person = 'ann' | 'bob' | 'lea' | 'max'

export function emailOf(who: Person): string {
  return `${who}@mail.sandbox-shop.com`
}

export const PHONES: Readonly<Record<Person, string>> = {
  ann: '+1 212-736-5001',
  bob: '+1 212-736-5002',
  lea: '+1 212-736-5003',
  max: '+1 212-736-5004',
}

/** The person with this address or number. A changed address is `ann.new@`. */
export function personOf({ email, phone }: { readonly email?: string; readonly phone?: string }): string {
  const name = email?.split(/[.@]/)[0]
  const holder = Object.entries(PHONES).find(([, number]) => number.replaceAll(/[ -]/g, '') === phone)
  return name ?? holder?.[0] ?? 'an unknown person'
}

/** Courses that do not pass yet, and what each waits for. Remove a line as soon as its course passes. */

export const TODO: Readonly<Record<string, string>> = {
  'address-changed-first':
    'the profile of a contact without a notice before the change, whose id at Klaviyo is unknown',
}

/** The mount path of a console without a slash at the end, and with one at the start: `/t/42`. Empty at the root. */
export function normalizeBase(base = ''): string {
  const path = base.replace(/^\/+|\/+$/g, '')
  return path === '' ? '' : `/${path}`
}

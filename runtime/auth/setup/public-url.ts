/** The address at which others reach this connector: checked as it is entered. */

export interface PublicUrlProblem {
  readonly problem: string
}

/** The origin of an address that a vendor can reach, or what is wrong with it. */
export function parsePublicUrl(text: string): string | PublicUrlProblem {
  const entered = text.trim()
  if (entered === '') return { problem: 'The address is missing' }
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(entered) ? entered : `https://${entered}`
  if (!URL.canParse(address)) return { problem: 'This is not an address. Example: https://connector.example.com' }
  const { protocol, hostname, origin } = new URL(address)
  if (isPrivateHost(hostname))
    return { problem: `${hostname} is reached from this machine or its network only: enter a public address` }
  if (protocol !== 'https:') return { problem: 'The address must begin with https://' }
  return origin
}

/** Why others cannot reach an address, or undefined. */
export function findAddressProblem(origin: string): 'local' | 'no-https' | undefined {
  const { protocol, hostname } = new URL(origin)
  if (isPrivateHost(hostname)) return 'local'
  return protocol === 'https:' ? undefined : 'no-https'
}

/** Names without a dot and those of home networks; the address ranges of RFC 1918, RFC 4193, loopback and link-local. */
function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (host.includes(':')) return host === '::1' || /^(f[cd]|fe[89ab])/.test(host)
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host))
    return /^(0|10|127)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\./.test(host)
  return !host.includes('.') || /\.(localhost|local|lan|internal|home|test|invalid)$/.test(host)
}

/** The address of a client behind the proxies that the operator trusts. */
import { BlockList, isIP } from 'node:net'
import { usageError } from '../errors.ts'

export type ClientAddress = (request: Request, peer: string) => string

/**
 * `trusted`: addresses and networks of one's own proxies, with commas. Only they are believed about `X-Forwarded-For`,
 * which any client can send: it is read from its end, where the nearest proxy has added its own peer.
 */
export function createClientAddress(trusted: string | undefined): ClientAddress {
  const proxies = parseNetworks(trusted)
  return ({ headers }, peer) => {
    const chain = (headers.get('x-forwarded-for') ?? '').split(',').map((part) => part.trim())
    let client = plain(peer)
    while (isIn(proxies, client)) {
      const before = chain.pop()
      if (before === undefined || isIP(before) === 0) return client
      client = before
    }
    return client
  }
}

function parseNetworks(text = ''): BlockList {
  const list = new BlockList()
  for (const network of text.split(/[\s,]+/).filter(Boolean)) {
    const [address = '', bits] = network.split('/')
    const kind = isIP(address)
    const most = kind === 4 ? 32 : 128
    const prefix = bits === undefined ? most : Number(bits)
    if (kind === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > most)
      throw usageError(
        `CONNECTOR_TRUSTED_PROXIES must be a list such as "127.0.0.1, 10.0.0.0/8"; "${network}" is neither an address nor a network`,
      )
    list.addSubnet(address, prefix, kind === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

/** An IPv4 client on an IPv6 socket. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

function isIn(list: BlockList, address: string): boolean {
  const kind = isIP(address)
  return kind !== 0 && list.check(address, kind === 4 ? 'ipv4' : 'ipv6')
}

/** Which client a request is counted for, behind trusted proxies and others. */
import { expect, test } from 'vitest'
import { createClientAddress } from '../../../runtime/cli/server/client-address.ts'

test.each([
  ['no proxy is trusted', undefined, '127.0.0.1', '203.0.113.9', '127.0.0.1'],
  ['a trusted proxy names its client', '127.0.0.1', '127.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['a client invents what stands before', '127.0.0.1', '127.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
  ['two trusted proxies', '127.0.0.1, 10.0.0.0/8', '127.0.0.1', '203.0.113.9, 10.1.2.3', '203.0.113.9'],
  ['a stranger sends the header', '10.0.0.0/8', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['no header', '127.0.0.1', '127.0.0.1', undefined, '127.0.0.1'],
  ['an IPv4 client on an IPv6 socket', '127.0.0.1', '::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['an IPv6 network', 'fd00::/8', 'fd00::2', '2001:db8::1', '2001:db8::1'],
  ['no address in the header', '127.0.0.1', '127.0.0.1', 'unknown', '127.0.0.1'],
  ['only trusted ones', '10.0.0.0/8', '10.0.0.1', '10.0.0.2', '10.0.0.2'],
])('%s', (_, trusted, peer, forwarded, expected) => {
  const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  expect(createClientAddress(trusted)(new Request('http://localhost/', { headers }), peer)).toBe(expected)
})

test.each(['localhost', '10.0.0.0/33', '10.0.0/8', '10.0.0.1/x'])('refuses %s', (trusted) => {
  expect(() => createClientAddress(trusted)).toThrow(`"${trusted}" is neither`)
})

/** Which processes an identity judges: those of its own machine, and no others. */
import { expect, test } from 'vitest'
import { createProcessIdentity, processName } from '../../../runtime/lib/process-identity.ts'
import { systemSelf } from '../../../runtime/system.ts'

const isAlive = (pid: number) => pid === 1 || pid === 7
const one = createProcessIdentity({ pid: 1, start: 'a', machine: 'web-1/11', isAlive })

test.each([
  { other: '1.a@web-1/11', exited: false, why: 'itself' },
  { other: '1.b@web-1/11', exited: true, why: 'an earlier process with its pid' },
  { other: '7.x@web-1/11', exited: false, why: 'a running process of its machine' },
  { other: '8.x@web-1/11', exited: true, why: 'a process of its machine that has exited' },
  { other: '1.b@web-1/22', exited: false, why: 'pid 1 of another container with its host name' },
  { other: '8.x@web-2/11', exited: false, why: 'a process of another machine' },
  { other: '8.x', exited: false, why: 'a process that names no machine' },
  { other: 'worker', exited: false, why: 'a name that a host chose' },
])('$why has exited: $exited', ({ other, exited }) => {
  expect(one.hasExited(other)).toBe(exited)
})

test('a process that knows no machine judges none', () => {
  const unknown = createProcessIdentity({ pid: 1, start: 'a', isAlive })
  expect(unknown.id).toBe('1.a')
  expect(unknown.hasExited('8.x')).toBe(false)
  expect(unknown.hasExited('1.b')).toBe(false)
})

test('a process of another machine is shown with its host name', () => {
  expect(processName('7.x@web-1/11', one.id)).toBe('7')
  expect(processName('7.x@db.eu/a/22', one.id)).toBe('7 on db.eu/a')
  expect(processName('worker', one.id)).toBe('worker')
})

test('the identity of this process distinguishes it, an earlier one with its pid, and one that has exited', () => {
  const [, machine] = systemSelf.id.split('@')
  expect(machine).toMatch(/^.+\/[0-9a-f]{12}$/)
  expect(systemSelf.hasExited(systemSelf.id)).toBe(false)
  expect(systemSelf.hasExited(`${process.pid}.another-start@${machine}`)).toBe(true)
  expect(systemSelf.hasExited(`${process.ppid}.any@${machine}`)).toBe(false)
  expect(systemSelf.hasExited(`999999999.any@${machine}`)).toBe(true)
  expect(systemSelf.hasExited('999999999.any')).toBe(false)
})

/** The name of this machine among those that share a store: one boot of one kernel, and in it one pid namespace. */
import { createHash } from 'node:crypto'

// Asked for at run time: platforms that bundle, such as Workers, have neither.
const builtIn = <Module>(name: string) => process.getBuiltinModule?.(name) as Module | undefined
const os = () => builtIn<typeof import('node:os')>('node:os')
const fs = () => builtIn<typeof import('node:fs')>('node:fs')

/**
 * `HOST/HASH`. The containers of one machine share its boot id, and often a volume, and each numbers its processes from 1:
 * the inode of the pid namespace tells them apart. An inode is used again once its namespace has ended, and then all
 * processes of the former one have exited.
 *
 * Elsewhere than on Linux there are neither boot id nor namespaces: the hardware addresses stand for the machine.
 * Undefined where nothing tells machines apart.
 */
export function nameMachine(): string | undefined {
  try {
    const marks = process.platform === 'linux' ? linuxMarks() : hardwareAddresses()
    const host = os()?.hostname()
    return marks && host && `${host}/${createHash('sha256').update(marks).digest('hex').slice(0, 12)}`
  } catch {
    return undefined
  }
}

function linuxMarks(): string | undefined {
  const boot = fs()?.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  const namespace = fs()?.readlinkSync('/proc/self/ns/pid')
  return boot && namespace && `${boot} ${namespace}`
}

function hardwareAddresses(): string {
  const all = Object.values(os()?.networkInterfaces() ?? {}).flatMap((list) => list ?? [])
  const macs = all.filter(({ internal, mac }) => !internal && !/^[0:]*$/.test(mac)).map(({ mac }) => mac)
  return [...new Set(macs)].sort().join(' ')
}

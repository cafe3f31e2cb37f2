/** A disk of its own for a test: ext4 on a loop device, which can be full, read-only, and lose its power. */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../runtime/system.ts'
import { type Cleanup, temporaryFolder } from './processes.ts'

const MiB = 1024 * 1024
const SIZE = 64 * MiB

const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })

/** Why this machine cannot make such a disk. Undefined: it can. */
export function whyNoLoopDisk(): string | undefined {
  if (process.platform !== 'linux') return 'loop devices are Linux only'
  if (process.getuid?.() !== 0) return 'mounting a loop device needs root'
  for (const command of ['mkfs.ext4', 'losetup', 'mount', 'perl'])
    if (spawnSync('which', [command]).status !== 0) return `${command} is not installed`
  const found = spawnSync('losetup', ['--find'])
  return found.status === 0 ? undefined : `no loop device is free: ${found.stderr}`.trim()
}

/** Prints why tests are skipped, once for each file. */
export function skipReason(reason: string | undefined): boolean {
  if (reason !== undefined) process.stderr.write(`skipped: ${reason}\n`)
  return reason !== undefined
}

export interface LoopDisk {
  readonly folder: string
  /** Drops all that is not synced, and fails every later access, as a power cut does. */
  cutPower(): void
  /** After a cut, once no process has a file open: what the journal has is restored. */
  restorePower(): Promise<void>
  /** Leaves no free byte. */
  fill(): void
  /** Undoes `fill`. */
  empty(): void
  setReadOnly(isReadOnly: boolean): void
}

export function createLoopDisk(closing: Cleanup): LoopDisk {
  const outside = temporaryFolder(closing)
  let image = join(outside, 'image')
  const mounted = join(outside, 'disk')
  mkdirSync(mounted)
  closeSync(openSync(image, 'w'))
  truncateSync(image, SIZE)
  // No reserved blocks, which root could use on a full disk.
  run('mkfs.ext4', '-q', '-F', '-m', '0', image)
  // Nothing reaches the disk by itself: the default writes all that is unsynced every five seconds.
  const mount = () => run('mount', '-o', 'loop,commit=300', image, mounted)
  mount()
  closing.add(mounted, () => spawnSync('umount', ['--lazy', mounted]))
  const folder = join(mounted, 'data')
  mkdirSync(folder)
  run('sync')
  const filler = join(mounted, 'filler')
  return {
    folder,
    cutPower() {
      // EXT4_IOC_SHUTDOWN without a flush of the journal: what xfstests uses for power cuts.
      const script =
        'open(my $f, "<", $ARGV[0]) or die; my $flags = pack("L", 2); ioctl($f, 0x8004587D, $flags) or die $!'
      run('perl', '-e', script, mounted)
    },
    async restorePower() {
      for (let left = 100; spawnSync('umount', [mounted]).status !== 0; left--) {
        if (left === 0) throw new Error(`a process holds ${mounted}: ${readFileSync('/proc/mounts')}`)
        await systemClock.sleep(50)
      }
      // A copy of the image: another test may have copied our mounts into a namespace of its own, which keeps the disk that
      // has lost its power, and with it its loop device, in use.
      const next = `${image}+`
      copyFileSync(image, next)
      rmSync(image)
      image = next
      mount()
    },
    fill() {
      const file = openSync(filler, 'w')
      try {
        for (let size = MiB; size >= 1; size = size > 4096 ? size / 16 : 0)
          while (statfsSync(mounted).bavail > 0) if (!tryWrite(file, size)) break
      } finally {
        closeSync(file)
      }
    },
    empty: () => rmSync(filler, { force: true }),
    setReadOnly: (isReadOnly) => void run('mount', '-o', isReadOnly ? 'remount,ro' : 'remount,rw', mounted),
  }
}

function tryWrite(file: number, size: number): boolean {
  try {
    writeSync(file, Buffer.alloc(size))
    return true
  } catch {
    return false
  }
}

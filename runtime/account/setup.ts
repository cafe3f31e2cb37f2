/** Set-up as a person goes through it: what the console's pages show, and what their buttons do. */
import { toFault } from '../fault.ts'
import type { Gate } from '../logins.ts'
import {
  accountOf,
  authorizeAddress,
  type ConnectParts,
  comeBack,
  type Entrance,
  type Pasted,
  paste,
} from './connect.ts'
import { mustLogIn } from './keeper.ts'
import { loadProgress, type Party, type Progress, type Step, saveProgress, stepOf } from './progress.ts'
import { believes, type Farewell, type Notice, remove } from './remove.ts'
import type { Side, SideName } from './side.ts'

export interface SideView {
  readonly side: Side
  /** By whom it was connected. Absent: it is not. */
  readonly by?: 'environment' | 'oauth' | 'key'
  readonly party?: Party
  /** What a person must do about a log-in that was there before. */
  readonly trouble?: string
  /** Whether there is an OAuth client. */
  readonly oauth: boolean
}

export interface View {
  readonly step: Step
  readonly progress: Progress
  readonly source: SideView
  readonly destination: SideView
  /** Why delivery waits. */
  readonly shut?: string
}

/** `redirect` is the address the other side sends the browser back to; `session` is the browser's own. */
export interface Going {
  readonly side: SideName
  readonly session: string
  readonly redirect: string
}

export interface Setup {
  view(): Promise<View>
  /** Somebody said yes to what is shared; `extras` are permissions given besides. */
  allow(extras: readonly string[]): Promise<void>
  authorize(going: Going, region?: string): Promise<URL>
  comeBack(going: Going, query: URLSearchParams, signal: AbortSignal): Promise<Party>
  paste(side: SideName, pasted: Pasted, signal: AbortSignal): Promise<Party>
  /** Binds the store to both accounts; delivery begins. Throws a config `Fault` when a step before is not done. */
  finish(): Promise<void>
  remove(signal: AbortSignal): Promise<readonly Farewell[]>
  /** The source says that it removed us. Resolves to whether that is so, and was done. */
  noticed(notice: Notice, signal: AbortSignal): Promise<boolean>
}

export interface SetupParts extends ConnectParts {
  readonly sides: Readonly<Record<SideName, Entrance>>
  readonly gate: Gate
  /** Looks whether delivery may run now. */
  readonly look: () => Promise<void>
}

export function setup(parts: SetupParts): Setup {
  const { sides, store, clock, look, gate } = parts
  const both = [sides.source, sides.destination]
  const believe = believes(sides.source, parts)

  async function view(): Promise<View> {
    const progress = await loadProgress(store)
    const source = await viewOf(sides.source, progress)
    const destination = await viewOf(sides.destination, progress)
    const connected = { source: source.by !== undefined, destination: destination.by !== undefined }
    const given = source.by === 'environment' && destination.by === 'environment'
    const shut = gate.shut()
    const step = stepOf(progress, connected, given)
    return { step, progress, source, destination, ...(shut !== undefined && { shut }) }
  }

  return {
    view,
    async allow(extras) {
      const { parties } = await loadProgress(store)
      await saveProgress(store, { allowed: clock.now(), extras, ...(parties && { parties }) })
      await look()
    },
    authorize: (going, region) => authorizeAddress(sides[going.side], going, region, parts),
    comeBack: (going, query, signal) => comeBack(sides[going.side], query, going, parts, signal),
    paste: (side, pasted, signal) => paste(sides[side], pasted, parts, signal),
    async finish() {
      const { step, progress } = await view()
      if (step !== 'confirm') return
      const bound = both.flatMap(({ side }) => {
        const party = progress.parties?.[side.side]
        return party === undefined ? [] : [{ name: accountOf(side), value: party.id }]
      })
      await saveProgress(store, { ...progress, finished: clock.now() }, bound)
      await look()
    },
    remove: (signal) => remove(both, parts, signal),
    async noticed(notice, signal) {
      if (!(await believe(notice, signal))) return false
      await remove(both, parts, signal)
      return true
    },
  }
}

async function viewOf({ side, keeper, oauth }: Entrance, progress: Progress): Promise<SideView> {
  const party = progress.parties?.[side.side]
  const shown = { side, oauth: oauth !== undefined, ...(party && { party }) }
  if (side.given !== undefined) return { ...shown, by: 'environment' }
  try {
    const held = await keeper.credentials()
    if (held === undefined) return shown
    const refused = held.kind === 'oauth' && held.refused !== undefined
    return { ...shown, by: held.kind, ...(refused && { trouble: mustLogIn(side).message }) }
  } catch (error) {
    return { ...shown, trouble: toFault(error).message }
  }
}

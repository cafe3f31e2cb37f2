/** Loads the counting of properties with the first delivered message: a bundle at the edge begins without it. */
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import type { CoverageRecorder, CoverageRecorderParts } from './coverage-recorder.ts'

export function countCoverage(parts: CoverageRecorderParts): Pick<CoverageRecorder, 'add' | 'write'> {
  let recorder: MaybePromise<CoverageRecorder> | undefined
  const load = async () => {
    const { CoverageRecorder } = await import('./coverage-recorder.ts')
    recorder = new CoverageRecorder(parts)
    return recorder
  }
  return {
    add(...delivered) {
      recorder ??= load()
      void mapMaybe(recorder, (one) => one.add(...delivered))
    },
    write: async () => (await recorder)?.write(),
  }
}

/** JSONata's `$fromMillis`, for functions of a connector. */
import { builtinThis, findDefinition } from './compiler/runtime/functions/engine.ts'

/** `offset`: `+0100`. Throws JSONata's error for a picture that it does not understand. */
export function formatMillis(ms: number, picture: string | undefined, offset: string): string {
  return String(findDefinition('fromMillis')?.implementation.call(builtinThis, ms, picture, offset))
}

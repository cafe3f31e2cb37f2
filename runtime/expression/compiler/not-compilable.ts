/** Why an expression runs on the interpreter, as the compiler finds it. The texts are apart: a bundle of a built spec has none. */
import type { Node } from './ast.ts'
import type { NotCompilableReason } from './not-compilable-help.ts'

/** Thrown inside the compiler and returned by it as a value. */
export class NotCompilable {
  readonly reason: NotCompilableReason
  /** Offset after the offending token, where known. */
  readonly position: number | undefined

  constructor(reason: NotCompilableReason, node?: Pick<Node, 'position'>) {
    this.reason = reason
    this.position = node?.position
  }
}

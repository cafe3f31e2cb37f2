/** Types of the packages that only the benchmarks use, so that type checks need not install them. */

declare module 'tinybench' {
  interface Task {
    readonly name: string
    /** Latencies in milliseconds. */
    readonly result: { readonly state: string; readonly latency?: { readonly p50: number } }
    run(): Promise<Task>
    warmup(): Promise<void>
    reset(): void
  }
  export class Bench {
    constructor(options: {
      readonly now: () => number
      readonly time: number
      readonly iterations: number
      readonly warmup: boolean
      readonly warmupTime: number
      readonly throws: boolean
    })
    readonly tasks: readonly Task[]
    add(name: string, run: () => unknown): this
  }
}

declare module '@rudderstack/json-template-engine' {
  interface Options {
    readonly defaultPathType: string
  }
  export const PathType: { readonly SIMPLE: string }
  export const JsonTemplateEngine: {
    createAsSync(template: string, options: Options): { evaluate(data: unknown, bindings: unknown): unknown }
  }
}

/**
 * Makes an abort end the connection of a request, whatever the garbage collector does.
 *
 * Node's fetch follows its signal through an inner Request that nothing holds. Once that is collected, an abort reaches
 * neither the pending promise nor the socket. The handlers of a request live as long as its socket, so they hold the signal.
 */

type Abort = (reason?: unknown) => void

/** The part of undici's dispatcher that fetch calls. */
interface Dispatcher {
  dispatch(options: unknown, handler: Handler): boolean
}

type Handler = Readonly<Record<string, ((...args: unknown[]) => unknown) | undefined>>

/** Every callback of a handler, before and from undici 7 on. The first of each line gets the function that aborts. */
const CALLBACKS = [
  ...['onConnect', 'onError', 'onUpgrade', 'onResponseStarted', 'onHeaders', 'onData', 'onComplete', 'onBodySent'],
  ...['onRequestStart', 'onRequestSent', 'onRequestUpgrade', 'onResponseStart', 'onResponseData', 'onResponseEnd'],
  'onResponseError',
]

/** The last callback of a request is one of these. */
const ENDS: ReadonlySet<string> = new Set(['onComplete', 'onError', 'onUpgrade', 'onResponseEnd', 'onResponseError'])

/** The dispatcher for one request. `dispatcher` is one of undici, else it is returned as it is. */
export function abortableDispatcher(dispatcher: object, request: Request): object {
  if (!isDispatcher(dispatcher)) return dispatcher
  return { dispatch: (options: unknown, handler: Handler) => dispatcher.dispatch(options, holdAbort(handler, request)) }
}

/** The dispatcher of Node's fetch, by the newest version of its interface; undefined in another runtime. */
export function nodeDispatcher(): object | undefined {
  for (const version of [2, 1]) {
    const dispatcher: unknown = Reflect.get(globalThis, Symbol.for(`undici.globalDispatcher.${version}`))
    if (typeof dispatcher === 'object' && dispatcher !== null) return dispatcher
  }
  return undefined
}

const isDispatcher = (value: object): value is Dispatcher => 'dispatch' in value && typeof value.dispatch === 'function'

function holdAbort(handler: Handler, request: Request): Handler {
  // Of the request and not of its signal alone: the request holds what its signal follows.
  let held: Request | undefined = request
  let stopListening: () => void = () => undefined
  const follow = (abort: Abort) => {
    const signal = held?.signal
    const end = () => abort(signal?.reason)
    stopListening()
    if (signal?.aborted) end()
    signal?.addEventListener('abort', end, { once: true })
    stopListening = () => signal?.removeEventListener('abort', end)
  }
  /** undici keeps the handlers of a request that has ended for a while, and they would keep its answer. */
  const release = () => {
    stopListening()
    held = undefined
  }
  const entries = CALLBACKS.flatMap((name) => {
    const callback = handler[name]
    if (typeof callback !== 'function') return []
    const call = (...args: unknown[]) => {
      const result = callback.apply(handler, args)
      const abort = abortOf(name, args[0])
      if (abort !== undefined) follow(abort)
      if (ENDS.has(name)) release()
      return result
    }
    return [[name, call] as const]
  })
  return Object.fromEntries(entries)
}

/** undici calls one of these once for each connection that a request is sent on. */
function abortOf(name: string, first: unknown): Abort | undefined {
  if (name === 'onConnect' && typeof first === 'function') return (reason) => void first(reason)
  if (name !== 'onRequestStart' || typeof first !== 'object' || first === null) return undefined
  const abort: unknown = Reflect.get(first, 'abort')
  return typeof abort === 'function' ? (reason) => void abort.call(first, reason) : undefined
}

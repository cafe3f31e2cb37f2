/** Preloaded into a process: ends it when a request carries a mark, as a record that is too much for it would. */
const { KILL_ON: mark = '', KILL_HOW: how } = process.env
const send = globalThis.fetch

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init)
  const text = `${request.url} ${await request.clone().text()}`
  if (text.includes(mark)) {
    if (how === 'heap') fillHeap()
    else process.abort()
  }
  return send(request)
}

function fillHeap() {
  const kept = []
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, i) => ({ i })))
}

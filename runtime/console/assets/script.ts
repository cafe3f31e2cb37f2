/** What pages do in the browser beyond showing themselves: stay up to date, ask before a change, tell local time. */

/**
 * Plain JavaScript, served as it stands. Pages work without it.
 *
 * - Regions with `data-live` and an id are taken over from a fresh copy of the page when `/events` says `changed`.
 * - Of these, what says `data-keep` stays as it was first shown.
 * - A form with `data-confirm` asks with these words first.
 * - `time[data-local]` is told in the reader's zone, with UTC as its title.
 */
export const script = `const local = (root) => {
  for (const time of root.querySelectorAll('time[data-local]')) {
    const at = new Date(time.dateTime)
    time.title ||= time.textContent
    const now = new Date()
    const year = at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }
    const far = at.toLocaleDateString(undefined, { day: 'numeric', month: 'short', ...year }) + ', '
    const day = at.toDateString() === now.toDateString() ? '' : far
    time.textContent = day + at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  }
}
local(document)

// What is the same stays the same element: a button keeps its focus, and a click that has begun its end.
// By attribute: to a form \`id\` is its field of this name. And a form that does something else is another one.
const idOf = (node) => node?.getAttribute?.('id') ?? node?.getAttribute?.('action') ?? ''
const alike = (a, b) => a?.nodeName === b.nodeName && idOf(a) === idOf(b)
const settle = (old, next) => {
  const ids = new Set([...next.childNodes].map(idOf))
  let at = old.firstChild
  const drop = () => {
    const gone = at
    at = at.nextSibling
    gone.remove()
  }
  for (const want of next.childNodes) {
    while (idOf(at) && !ids.has(idOf(at))) drop()
    if (!alike(at, want)) old.insertBefore(document.importNode(want, true), at)
    else {
      if (want.nodeType === Node.ELEMENT_NODE) become(at, want)
      else if (at.data !== want.data) at.data = want.data
      at = at.nextSibling
    }
  }
  while (at) drop()
}
const become = (old, next) => {
  if (old.matches('[data-keep]') && next.matches('[data-keep]')) return
  const own = old.nodeName === 'DETAILS' ? 'open' : '' // the reader opened it
  for (const { name } of [...old.attributes]) if (name !== own && !next.hasAttribute(name)) old.removeAttribute(name)
  for (const { name, value } of next.attributes)
    if (name !== own && old.getAttribute(name) !== value) old.setAttribute(name, value)
  settle(old, next)
}

const busy = (region) => region.matches(':focus-within') && document.activeElement.matches('input, textarea, select')
const adopt = (fresh) => {
  const regions = [...document.querySelectorAll('[data-live][id]')]
  // Another page stands there now: the set-up, say, once both sides were let go.
  if (regions.some(({ id }) => !fresh.getElementById(id))) return location.reload()
  for (const region of regions) {
    const next = fresh.getElementById(region.id)
    if (busy(region)) continue
    local(next)
    settle(region, next)
  }
}

// Milliseconds: a failed look is made again; the process gives a sign of life every fifteen seconds.
const AGAIN = 10000
const SILENCE = 40000

let asking = false
let again = false
let later
const refresh = async () => {
  if (asking) return void (again = true)
  asking = true
  try {
    const headers = { 'x-live': '1', accept: 'text/html' }
    const answer = await fetch(location.href, { headers, signal: AbortSignal.timeout(SILENCE) })
    if (answer.status === 401) return location.reload()
    if (!answer.ok) throw new Error('no page')
    adopt(new DOMParser().parseFromString(await answer.text(), 'text/html'))
  } catch {
    clearTimeout(later)
    later = setTimeout(() => document.hidden || refresh(), AGAIN)
  } finally {
    asking = false
    if (again) setTimeout(refresh, 500)
    again = false
  }
}

const pulse = document.getElementById('pulse')
let stream
let waiting
// A connection may be gone without a word: a laptop slept, a router forgot it. Browsers notice after many minutes.
const within = (ms) => {
  clearTimeout(waiting)
  waiting = setTimeout(() => {
    stream.close()
    pulse.hidden = true
    follow()
  }, ms)
}
const listen = () => {
  if (stream && stream.readyState !== EventSource.CLOSED) return
  stream = new EventSource(document.body.dataset.events)
  const heard = () => within(SILENCE)
  heard()
  stream.onopen = () => {
    pulse.hidden = false
    heard()
  }
  stream.onerror = () => {
    pulse.hidden = true
    // The browser comes back by itself to what broke, not to what said no: too many pages listen, or one must log in.
    if (stream.readyState !== EventSource.CLOSED) return
    refresh()
    within(AGAIN)
  }
  stream.addEventListener('heartbeat', heard)
  stream.addEventListener('changed', () => {
    heard()
    refresh()
  })
}
// A browser opens few connections to one host, so a page nobody sees gives its own back.
const follow = () => (document.hidden ? stream?.close() : listen())
if (pulse && document.querySelector('[data-live]')) {
  follow()
  document.addEventListener('visibilitychange', () => {
    follow()
    if (!document.hidden) refresh()
  })
}

const ask = (form, button) => {
  const dialog = document.createElement('dialog')
  const words = document.createElement('p')
  const row = document.createElement('form')
  const no = document.createElement('button')
  const yes = document.createElement('button')
  words.textContent = form.dataset.confirm
  words.id = 'asked'
  dialog.setAttribute('aria-labelledby', 'asked')
  row.method = 'dialog'
  no.textContent = 'Cancel'
  no.className = 'plain'
  yes.textContent = button.textContent
  yes.value = 'yes'
  row.append(no, yes)
  dialog.append(words, row)
  document.body.append(dialog)
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (dialog.returnValue !== 'yes') return button.focus()
    form.dataset.asked = 'yes'
    // The page may have moved on under the question. What comes of it is for the answer to say.
    form.hidden = !form.isConnected
    if (form.hidden) document.body.append(form)
    form.requestSubmit(button)
  })
  dialog.showModal()
}
// Of a double click on a slow line the second would arrive as well, and be told that there is nothing to do any more.
const TWICE = 3000
let sent = {}
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.method === 'dialog') return
  const asks = form.dataset.confirm && form.dataset.asked !== 'yes'
  const isAgain = sent.form === form && event.timeStamp - sent.at < TWICE
  if (asks || isAgain) event.preventDefault()
  else sent = { form, at: event.timeStamp }
  if (asks && !isAgain) ask(form, event.submitter)
})
`

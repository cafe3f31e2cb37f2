/** The script of the pages: live refresh, confirmation dialogs, local time. */

/**
 * Plain JavaScript, served unchanged. Pages work without it.
 *
 * - Regions with `data-live` and an id are updated from a fresh copy of the page when `/events` sends `changed`.
 * - Inside them, elements with `data-keep` stay unchanged.
 * - A form with `data-confirm` shows this text in a dialog first.
 * - A field with `data-from-fragment` is filled from the fragment of the URL, and its form is sent.
 * - `time[data-local]` shows the reader's time zone, with UTC as its title.
 */
export const script = `const showLocalTimes = (root) => {
  for (const time of root.querySelectorAll('time[data-local]')) {
    const at = new Date(time.dateTime)
    time.title ||= time.textContent
    const now = new Date()
    const year = at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }
    const date = at.toLocaleDateString(undefined, { day: 'numeric', month: 'short', ...year }) + ', '
    const day = at.toDateString() === now.toDateString() ? '' : date
    time.textContent = day + at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  }
}
showLocalTimes(document)

// A fragment reaches no server, log or referrer.
const sendFragment = () => {
  const field = document.querySelector('[data-from-fragment]')
  const value = location.hash.slice(1)
  if (!field || !value) return
  history.replaceState(null, '', location.pathname + location.search)
  field.value = value
  field.form.requestSubmit()
}
sendFragment()
addEventListener('hashchange', sendFragment)

// Unchanged elements are kept, so that a button keeps its focus and a click in progress still counts.
// Attributes, because \`form.id\` is the form's field of this name. Forms with another action are other elements.
const idOf = (node) => node?.getAttribute?.('id') ?? node?.getAttribute?.('action') ?? ''
const isSame = (a, b) => a?.nodeName === b.nodeName && idOf(a) === idOf(b)
const patchChildren = (old, next) => {
  const ids = new Set([...next.childNodes].map(idOf))
  let at = old.firstChild
  const removeCurrent = () => {
    const removed = at
    at = at.nextSibling
    removed.remove()
  }
  for (const target of next.childNodes) {
    while (idOf(at) && !ids.has(idOf(at))) removeCurrent()
    if (!isSame(at, target)) old.insertBefore(document.importNode(target, true), at)
    else {
      if (target.nodeType === Node.ELEMENT_NODE) patchElement(at, target)
      else if (at.data !== target.data) at.data = target.data
      at = at.nextSibling
    }
  }
  while (at) removeCurrent()
}
const patchElement = (old, next) => {
  if (old.matches('[data-keep]') && next.matches('[data-keep]')) return
  const unpatched = old.nodeName === 'DETAILS' ? 'open' : '' // the reader's choice
  for (const { name } of [...old.attributes]) if (name !== unpatched && !next.hasAttribute(name)) old.removeAttribute(name)
  for (const { name, value } of next.attributes)
    if (name !== unpatched && old.getAttribute(name) !== value) old.setAttribute(name, value)
  patchChildren(old, next)
}

const isBeingEdited = (region) => region.matches(':focus-within') && document.activeElement.matches('input, textarea, select')
const updateRegions = (fresh) => {
  const regions = [...document.querySelectorAll('[data-live][id]')]
  // The URL shows another page now: setup, for example, after disconnecting.
  if (regions.some(({ id }) => !fresh.getElementById(id))) return location.reload()
  document.title = fresh.title
  const icon = document.querySelector('link[rel=icon]')
  const { href } = fresh.querySelector('link[rel=icon]')
  if (icon.href !== href) icon.href = href
  for (const region of regions) {
    const next = fresh.getElementById(region.id)
    if (isBeingEdited(region)) continue
    showLocalTimes(next)
    patchChildren(region, next)
  }
}

// Milliseconds. The server sends a heartbeat every fifteen seconds.
const RETRY_DELAY = 10000
const SILENCE_LIMIT = 40000

let isRefreshing = false
let refreshAgain = false
let retryTimer
const refresh = async () => {
  if (isRefreshing) return void (refreshAgain = true)
  isRefreshing = true
  try {
    const headers = { 'x-live': '1', accept: 'text/html' }
    const response = await fetch(location.href, { headers, signal: AbortSignal.timeout(SILENCE_LIMIT) })
    if (response.status === 401) return location.reload()
    if (!response.ok) throw new Error('no page')
    updateRegions(new DOMParser().parseFromString(await response.text(), 'text/html'))
  } catch {
    clearTimeout(retryTimer)
    retryTimer = setTimeout(() => document.hidden || refresh(), RETRY_DELAY)
  } finally {
    isRefreshing = false
    if (refreshAgain) setTimeout(refresh, 500)
    refreshAgain = false
  }
}

const liveBadge = document.getElementById('pulse')
let stream
let silenceTimer
// A connection may be lost silently (sleep, router restart), and browsers notice only after minutes.
const reconnectAfter = (ms) => {
  clearTimeout(silenceTimer)
  silenceTimer = setTimeout(() => {
    stream.close()
    liveBadge.hidden = true
    connect()
  }, ms)
}
const openStream = () => {
  if (stream && stream.readyState !== EventSource.CLOSED) return
  stream = new EventSource(document.body.dataset.events)
  const received = () => reconnectAfter(SILENCE_LIMIT)
  received()
  stream.onopen = () => {
    liveBadge.hidden = false
    received()
  }
  stream.onerror = () => {
    liveBadge.hidden = true
    // The browser reconnects after a lost connection, but not after a refusal: too many tabs, or signed out.
    if (stream.readyState !== EventSource.CLOSED) return
    refresh()
    reconnectAfter(RETRY_DELAY)
  }
  stream.addEventListener('heartbeat', received)
  stream.addEventListener('changed', () => {
    received()
    refresh()
  })
}
// A browser opens few connections to one host, so a hidden page closes its own.
const connect = () => (document.hidden ? stream?.close() : openStream())
if (liveBadge && document.querySelector('[data-live]')) {
  connect()
  document.addEventListener('visibilitychange', () => {
    connect()
    if (!document.hidden) refresh()
  })
}

const confirmSubmit = (form, button) => {
  const dialog = document.createElement('dialog')
  const text = document.createElement('p')
  const row = document.createElement('form')
  const cancel = document.createElement('button')
  const confirm = document.createElement('button')
  text.textContent = form.dataset.confirm
  text.id = 'confirm-text'
  dialog.setAttribute('aria-labelledby', 'confirm-text')
  row.method = 'dialog'
  cancel.textContent = 'Cancel'
  cancel.className = 'plain'
  confirm.textContent = button.textContent
  confirm.value = 'yes'
  row.append(cancel, confirm)
  dialog.append(text, row)
  document.body.append(dialog)
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (dialog.returnValue !== 'yes') return button.focus()
    form.dataset.confirmed = 'yes'
    // The page may have changed under the dialog. The form is sent anyway: the response shows the result.
    form.hidden = !form.isConnected
    if (form.hidden) document.body.append(form)
    form.requestSubmit(button)
  })
  dialog.showModal()
}
// On a slow connection the second of a double click would be sent as well, and its error shown. Milliseconds.
const DOUBLE_CLICK = 3000
let lastSubmit = {}
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.method === 'dialog') return
  const needsConfirm = form.dataset.confirm && form.dataset.confirmed !== 'yes'
  const isRepeated = lastSubmit.form === form && event.timeStamp - lastSubmit.at < DOUBLE_CLICK
  if (needsConfirm || isRepeated) event.preventDefault()
  else lastSubmit = { form, at: event.timeStamp }
  if (needsConfirm && !isRepeated) confirmSubmit(form, event.submitter)
})
`

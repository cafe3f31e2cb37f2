/** The script of the pages: live refresh, confirmation dialogs, local time. */

/**
 * Plain JavaScript, served unchanged. Pages work without it.
 *
 * - Regions with `data-live` and an id are updated when the event stream sends `changed`: `data-live` is the hash of their
 *   content, and the server answers with those that differ.
 * - Inside them, elements with `data-keep` stay unchanged.
 * - A form with `data-confirm` shows this text in a dialog first.
 * - A field with `data-from-fragment` is filled from the fragment of the URL, and its form is sent.
 * - A button with `data-copy` copies this text. It is hidden without the script.
 * - `time[data-local]` shows the reader's time zone, with UTC as its title: the server does this once it has the cookie.
 */
export const script = `const { base, zone } = document.body.dataset
const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
const isFirstVisit = zone !== timeZone
const showLocalTimes = (root) => {
  const now = new Date()
  for (const time of root.querySelectorAll('time[data-local]')) {
    const at = new Date(time.dateTime)
    time.title ||= time.textContent
    const year = at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }
    const date = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...year }) + ', '
    const day = at.toDateString() === now.toDateString() ? '' : date
    time.textContent = day + at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  }
  for (const name of root.querySelectorAll('[data-zone-name]')) name.textContent = timeZone
}
if (isFirstVisit) {
  // In a frame of another site only a partitioned cookie is kept.
  const site = top !== self && location.protocol === 'https:' ? 'none; secure; partitioned' : 'lax'
  // Without its last slash, the path of a console that is mounted below the root is sent to the address without it, too.
  const path = base.slice(0, -1) || '/'
  document.cookie = 'connector-zone=' + timeZone + '; path=' + path + '; max-age=31536000; samesite=' + site
  showLocalTimes(document)
}

// A fragment reaches no server, log or referrer.
const sendFragment = () => {
  const field = document.querySelector('[data-from-fragment]')
  const value = location.hash.slice(1)
  if (!field || !value) return
  history.replaceState(null, '', location.pathname + location.search)
  field.value = value
  // A form with more to enter is sent by hand.
  if (field.dataset.fromFragment === 'fill') return document.querySelector('[autocomplete=new-password]')?.focus()
  field.form.requestSubmit()
}
sendFragment()
addEventListener('hashchange', sendFragment)

const showCopyButtons = (root) => {
  for (const button of root.querySelectorAll('button[data-copy]')) button.hidden = !navigator.clipboard
}
showCopyButtons(document)
document.addEventListener('click', async ({ target }) => {
  const button = target.closest?.('button[data-copy]')
  if (!button) return
  await navigator.clipboard.writeText(button.dataset.copy)
  const label = button.dataset.label ?? (button.dataset.label = button.textContent)
  button.textContent = 'Copied'
  setTimeout(() => (button.textContent = label), 2000)
})

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
const parse = (html) => {
  const template = document.createElement('template')
  template.innerHTML = html
  return template.content.firstElementChild
}
const updateRegions = ({ title, icon, sections }) => {
  const regions = liveRegions()
  // The URL shows another page now: setup, for example, after disconnecting.
  if (regions.some(({ id }) => !(id in sections))) return location.reload()
  document.title = title
  const link = document.querySelector('link[rel=icon]')
  const href = link.dataset[icon]
  if (href && link.getAttribute('href') !== href) link.href = href
  const changed = regions.filter((region) => sections[region.id] && !isBeingEdited(region))
  for (const region of changed) {
    const next = parse(sections[region.id])
    if (isFirstVisit) showLocalTimes(next)
    showCopyButtons(next)
    patchElement(region, next)
  }
  announce(changed)
}

// Milliseconds between two announcements of what has changed. The state of the connector is announced at once.
const ANNOUNCEMENT_INTERVAL = 60000
const announcements = document.getElementById('announcements')
const stateText = () => document.querySelector('#health [data-announce]')?.textContent.trim()
let announcedState = stateText()
let announcedAt = performance.now()
const nameOf = ({ ariaLabel, ariaLabelledByElements }) => ariaLabel ?? ariaLabelledByElements?.[0]?.textContent
const announce = (changed) => {
  const state = stateText()
  const names = changed.filter(({ id }) => id !== 'health').map(nameOf).filter(Boolean)
  const isDue = names.length > 0 && performance.now() - announcedAt > ANNOUNCEMENT_INTERVAL
  if (state !== announcedState) announcements.textContent = state
  else if (isDue) announcements.textContent = 'Updated: ' + names.join(', ')
  if (state !== announcedState || isDue) announcedAt = performance.now()
  announcedState = state
}

// Milliseconds. The server sends a heartbeat every fifteen seconds.
const RETRY_DELAY = 10000
const SILENCE_LIMIT = 40000
// The first of several changes is shown at once.
const REFRESH_INTERVAL = 3000

const liveRegions = () => [...document.querySelectorAll('[data-live][id]')]
let isRefreshing = false
let refreshAgain = false
let refreshedAt = -REFRESH_INTERVAL
let refreshTimer
let retryTimer
const refresh = () => {
  clearTimeout(refreshTimer)
  if (isRefreshing) return void (refreshAgain = true)
  refreshTimer = setTimeout(loadChanges, refreshedAt + REFRESH_INTERVAL - performance.now())
}
const loadChanges = async () => {
  isRefreshing = true
  refreshedAt = performance.now()
  try {
    const hashes = liveRegions().map(({ id, dataset }) => id + '=' + dataset.live)
    const headers = { 'x-live': hashes.join(), accept: 'text/html, application/json' }
    const response = await fetch(location.href, { headers, signal: AbortSignal.timeout(SILENCE_LIMIT) })
    const isPage = response.ok && !response.headers.get('content-type').includes('json')
    if (response.status === 401 || isPage) return location.reload()
    if (!response.ok) throw new Error('no page')
    updateRegions(await response.json())
  } catch {
    clearTimeout(retryTimer)
    retryTimer = setTimeout(() => document.hidden || refresh(), RETRY_DELAY)
  } finally {
    isRefreshing = false
    if (refreshAgain) refresh()
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
if (liveBadge && document.body.dataset.events && document.querySelector('[data-live]')) {
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

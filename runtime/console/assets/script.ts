/** What pages do in the browser beyond showing themselves: stay up to date, ask before a change, tell local time. */

/**
 * Plain JavaScript, served as it stands. Pages work without it.
 *
 * - Regions with `data-live` and an id are taken over from a fresh copy of the page when `/events` says `changed`.
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

const busy = (region) => region.matches(':focus-within') && document.activeElement.matches('input, textarea, select')
const adopt = (fresh) => {
  for (const region of document.querySelectorAll('[data-live][id]')) {
    const next = fresh.getElementById(region.id)
    if (!next || busy(region)) continue
    local(next)
    if (next.innerHTML === region.innerHTML) continue
    const focused = region.contains(document.activeElement) ? document.activeElement.id : ''
    const open = [...region.querySelectorAll('details[open][id]')].map(({ id }) => id)
    region.replaceChildren(...document.importNode(next, true).childNodes)
    for (const id of open) document.getElementById(id)?.setAttribute('open', '')
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true })
  }
}

let asking = false
let again = false
const refresh = async () => {
  if (asking) return void (again = true)
  asking = true
  try {
    const answer = await fetch(location.href, { headers: { 'x-live': '1', accept: 'text/html' } })
    if (answer.status === 401) return location.reload()
    if (answer.ok) adopt(new DOMParser().parseFromString(await answer.text(), 'text/html'))
  } catch {
    // The process may be starting again; the stream comes back by itself and says so.
  } finally {
    asking = false
    if (again) setTimeout(refresh, 500)
    again = false
  }
}

const pulse = document.getElementById('pulse')
let stream
const listen = () => {
  if (stream && stream.readyState !== EventSource.CLOSED) return
  stream = new EventSource(document.body.dataset.events)
  stream.onopen = () => (pulse.hidden = false)
  stream.onerror = () => (pulse.hidden = true)
  stream.addEventListener('changed', refresh)
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
    form.requestSubmit(button)
  })
  dialog.showModal()
}
document.addEventListener('submit', (event) => {
  const form = event.target
  if (!form.dataset.confirm || form.dataset.asked === 'yes') return
  event.preventDefault()
  ask(form, event.submitter)
})
`

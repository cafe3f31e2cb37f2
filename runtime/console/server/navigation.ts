/** The navigation: pages in groups, each with its icon. */
import { html } from 'hono/html'
import { capitalize } from '../../lib/format.ts'
import { type IconName, icon } from '../icons.ts'
import type { Html, Page, PageContext } from '../types.ts'

interface Group {
  /** Absent: above the groups. */
  readonly title?: string
  /** The icon of each page, by the first segment of its path, in order. */
  readonly icons: Readonly<Record<string, IconName>>
}

const GROUPS: readonly Group[] = [
  { icons: { '': 'dashboard' } },
  { title: 'Events', icons: { events: 'list', find: 'search', 'failed-events': 'warning' } },
  {
    title: 'Data',
    icons: {
      history: 'history',
      import: 'history',
      webhooks: 'webhook',
      'missed-webhooks': 'webhook',
      mappings: 'braces',
    },
  },
  { title: 'Destination', icons: { coverage: 'coverage', 'segments-and-flows': 'workflow' } },
  { title: 'Operation', icons: { alerts: 'bell', timeline: 'clock', 'set-up': 'settings', people: 'users' } },
]
/** Of pages that no group names. */
const OTHER_ICON: IconName = 'chevron-right'

export interface NavigationProps {
  readonly pages: readonly Page[]
  /** Path of the present page in the table of pages. */
  readonly current: string | undefined
  readonly context: PageContext
}

export function navigation(props: NavigationProps): Html {
  const { spec } = props.context.options.connector
  const named = new Set(GROUPS.flatMap(({ icons }) => Object.keys(icons)))
  const others = props.pages.filter((page) => !named.has(segmentOf(page)))
  return html`${GROUPS.map(({ title, icons }) => {
    const isLast = icons === GROUPS.at(-1)?.icons
    const own = Object.keys(icons).flatMap((name) => props.pages.filter((page) => segmentOf(page) === name))
    const items = isLast ? [...own, ...others] : own
    if (items.length === 0) return ''
    const heading = title === 'Destination' ? capitalize(spec.destination.name) : title
    return html`${heading && html`<p aria-hidden="true">${heading}</p>`}<ul${heading ? html` aria-label="${heading}"` : ''}>${items.map((page) => item(page, icons[segmentOf(page)] ?? OTHER_ICON, props))}</ul>`
  })}`
}

const segmentOf = ({ path }: Page): string => path.split('/')[1] ?? ''

function item({ path, nav = '' }: Page, name: IconName, { current, context }: NavigationProps): Html {
  const isBelow = path !== '/' && current?.startsWith(`${path}/`)
  const mark = path === current ? html` aria-current="page"` : isBelow ? html` aria-current="true"` : ''
  return html`<li><a href="${context.link(path)}"${mark}>${icon(name)}${nav}</a></li>`
}

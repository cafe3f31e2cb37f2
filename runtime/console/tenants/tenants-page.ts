/** All tenants in one table, those that need attention first: state, process, what waits, the last event. */
import { html } from 'hono/html'
import { sum } from '../../backfill/counts.ts'
import { capitalize, formatCount, plural } from '../../lib/format.ts'
import {
  type FoundTenants,
  TENANT_STATES,
  type TenantSearch,
  type TenantState,
  type TenantSummary,
} from '../../ports/tenant-search.ts'
import { hiddenFields } from '../form-field.ts'
import { timeElement } from '../format-html.ts'
import { icon } from '../icons.ts'
import { normalizeBase } from '../normalize-base.ts'
import type { ConsoleOptions, Html } from '../types.ts'

export interface TenantsPageOptions extends Pick<ConsoleOptions, 'base'> {
  /** `sqliteStores`, `postgresStores` and `sqlStore` give it; a host with stores of its own implements it. */
  readonly tenants: TenantSearch
  /** The console of a tenant, as `/t/42`. Absent: the page links to none. */
  readonly tenantUrl?: ((tenant: string) => string) | undefined
}

const PAGE_SIZE = 50

interface Filter {
  readonly search: string
  readonly state: TenantState | undefined
  /** From 1. */
  readonly page: number
}

interface View {
  readonly filter: Filter
  readonly options: TenantsPageOptions
}

export async function tenantsPage({ searchParams }: URL, options: TenantsPageOptions): Promise<Html> {
  const filter = parseFilter(searchParams)
  const { search, state, page } = filter
  const found = await options.tenants.findTenants({ search, state, offset: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE })
  const view = { filter, options }
  return html`${stateChips(found, view)}
<div class="card filters"><form method="get" class="short" action="${base(view)}/" aria-label="Find tenants">
${hiddenFields({ state })}
<div><label for="search">Name or part of it</label><input id="search" name="search" type="search" maxlength="200" autocomplete="off" spellcheck="false" value="${search}"></div>
<button class="plain">${icon('search')}Find</button></form></div>
${found.tenants.length === 0 ? noneFound(view) : table(found.tenants, view)}
${pager(found, view)}`
}

function parseFilter(given: URLSearchParams): Filter {
  const page = Number.parseInt(given.get('page') ?? '', 10)
  const state = TENANT_STATES.find((one) => one === given.get('state'))
  return { search: given.get('search')?.trim().slice(0, 200) ?? '', state, page: page >= 1 && page <= 1e6 ? page : 1 }
}

const base = ({ options }: View): string => normalizeBase(options.base)

function pageLink(view: View, change: Partial<Filter>): string {
  const { search, state, page } = { ...view.filter, page: 1, ...change }
  const given = { ...(search && { search }), ...(state && { state }), ...(page > 1 && { page: `${page}` }) }
  const query = `${new URLSearchParams(given)}`
  return `${base(view)}/${query && `?${query}`}`
}

const STATE_NAMES: Readonly<Record<TenantState, string>> = {
  stopped: 'Stopped',
  degraded: 'Degraded',
  unknown: 'Not known yet',
  healthy: 'Healthy',
}
const TONES: Readonly<Record<TenantState, string>> = { stopped: 'bad', degraded: 'warn', unknown: '', healthy: 'good' }

function stateChips({ counts }: FoundTenants, view: View): Html {
  const chip = (state: TenantState | undefined, label: string, count: number) =>
    html`<li><a class="chip" href="${pageLink(view, { state })}"${state === view.filter.state && html` aria-current="true"`}>${label} <span class="soft">${formatCount(count)}</span></a></li>`
  return html`<ul class="chips" aria-label="States">${chip(undefined, 'All', sum(Object.values(counts)))}${TENANT_STATES.map((state) => chip(state, STATE_NAMES[state], counts[state]))}</ul>`
}

const table = (tenants: readonly TenantSummary[], view: View): Html =>
  html`<div class="table"><table class="stack">
<caption class="hidden">Tenants, those that need attention first</caption>
<thead><tr><th scope="col">Tenant</th><th scope="col">State</th><th scope="col">Process</th><th scope="col">Records waiting</th><th scope="col">Last event</th></tr></thead>
<tbody>${tenants.map((tenant) => row(tenant, view))}</tbody></table></div>`

function row(tenant: TenantSummary, { options: { tenantUrl } }: View): Html {
  const { waiting, oldestWaiting, lastEventAt } = tenant
  const name = tenant.tenant === '' ? html`<span class="soft">without a name</span>` : tenant.tenant
  const href = tenantUrl?.(tenant.tenant)
  const oldest = oldestWaiting !== undefined && html` <span class="soft">since ${timeElement(oldestWaiting)}</span>`
  return html`<tr><th scope="row"><span class="value" dir="auto">${href === undefined ? name : html`<a href="${href}">${name}</a>`}</span></th>
<td data-name="State"><div>${stateOf(tenant)}</div></td>
<td data-name="Process"><div>${ownerOf(tenant)}</div></td>
<td${waiting === 0 && html` class="quiet"`} data-name="Records waiting"><div>${formatCount(waiting)}${oldest}</div></td>
<td${lastEventAt === undefined && html` class="quiet"`} data-name="Last event">${lastEventAt === undefined ? html`<span class="soft">none yet</span>` : timeElement(lastEventAt)}</td></tr>`
}

function stateOf({ state, stateSince, problems }: TenantSummary): Html {
  const [worst, ...others] = problems
  const more = others.length > 0 ? `, and ${plural(others.length, 'more problem')}` : ''
  return html`<span class="badge ${TONES[state]}">${STATE_NAMES[state]}</span> <span class="soft">${worst !== undefined && html`${problemName(worst)}${more}`}${stateSince !== undefined && html`${worst === undefined ? '' : ', '}since ${timeElement(stateSince)}`}</span>`
}

/** A problem's code in words; of a fault's code, the code. */
const problemName = (code: string): Html | string =>
  code.includes('/') ? html`<code>${code}</code>` : capitalize(code.replaceAll('-', ' '))

function ownerOf({ owner, ownedSince, nextAt }: TenantSummary): Html {
  if (owner !== undefined)
    return html`${owner}${ownedSince !== undefined && html` <span class="soft">since ${timeElement(ownedSince)}</span>`}`
  const next = nextAt === undefined ? 'next when a record comes' : html`next at ${timeElement(nextAt)}`
  return html`<span class="soft">none now, ${next}</span>`
}

function noneFound(view: View): Html {
  const { search, state, page } = view.filter
  const isFiltered = search !== '' || state !== undefined || page > 1
  return html`<div class="card empty">${icon('inbox')}<h2>${isFiltered ? 'No tenant matches.' : 'No tenant yet.'}</h2>${
    isFiltered
      ? html`<p><a href="${pageLink(view, { search: '', state: undefined })}">Show all tenants</a></p>`
      : html`<p>A tenant is listed from its first record on.</p>`
  }</div>`
}

function pager({ counts }: FoundTenants, view: View): Html | '' {
  const { state, page } = view.filter
  const pages = Math.ceil((state === undefined ? sum(Object.values(counts)) : counts[state]) / PAGE_SIZE)
  if (pages <= 1) return ''
  return html`<nav class="pager" aria-label="Pages of tenants"><div class="row">
${page > 1 && html`<a class="button plain" rel="prev" href="${pageLink(view, { page: page - 1 })}">${icon('chevron-left')}Previous</a>`}
${page < pages && html`<a class="button plain" rel="next" href="${pageLink(view, { page: page + 1 })}">Next${icon('chevron-right')}</a>`}</div>
<p class="soft">Page ${formatCount(page)} of ${formatCount(pages)}</p></nav>`
}

/** The specs that ran before: what each changed, and how to go back to it. */
import { html } from 'hono/html'
import { formatCount } from '../../../lib/format.ts'
import { unifiedDiff } from '../../../lib/text/unified-diff.ts'
import { type FormerSpecFiles, findInSpecHistory, readSpecHistory } from '../../../running-spec/spec-history.ts'
import { hashSpec } from '../../../spec/hash-spec.ts'
import { CONNECTOR_FILE } from '../../../spec/spec-files.ts'
import type { FileChange } from '../../../spec-editing/types.ts'
import { timeElement } from '../../format-html.ts'
import { icon } from '../../icons.ts'
import type { Action, Html, Page, PageContext } from '../../types.ts'
import { MAPPINGS_PATH, RESTORE_PATH, specLink, VERSIONS_PATH } from './addresses.ts'
import { diffView } from './diff-view.ts'
import { mayEdit } from './file.ts'
import { problemOf, savedText } from './save-action.ts'

const PAGE_SIZE = 50

export const versionsPage: Page = {
  path: VERSIONS_PATH,
  title: 'Earlier versions',
  async render(context) {
    const { url, options } = context
    const specs = await readSpecHistory(options.connector.store)
    const hash = url.searchParams.get('spec')
    if (hash !== null) {
      const at = Number.parseInt(url.searchParams.get('at') ?? '', 10)
      return showSpec(findInSpecHistory(specs, hash, at), specs, context)
    }
    if (specs.length === 0)
      return html`<p class="card empty">No version is kept yet. The first change keeps the one before.</p>`
    return versionsTable(specs, context)
  },
}

async function versionsTable(specs: readonly FormerSpecFiles[], context: PageContext): Promise<Html> {
  const { url, link, options } = context
  const mayRestore = mayEdit(context) && (await context.specEditor?.readOnlyReason()) === undefined
  // A spec that runs again has a row of each time: the newest is the one that runs.
  const running = findInSpecHistory(specs, hashSpec(options.connector.spec.sourceFiles))
  const last = Math.ceil(specs.length / PAGE_SIZE)
  const page = Math.min(Math.max(1, Number.parseInt(url.searchParams.get('page') ?? '', 10) || 1), last)
  const start = (page - 1) * PAGE_SIZE
  const shown = specs.slice(start, start + PAGE_SIZE)
  return html`<p class="lead">The mappings that ran on this store, the newest first.${mayRestore && ' Each can be restored, after a look at what that changes.'}</p>
<div class="table"><table class="stack"><thead><tr><th scope="col">Since</th><th scope="col">Version</th><th scope="col">Changed</th><th scope="col">By</th>${mayRestore && html`<th scope="col"><span class="hidden">Restore</span></th>`}</tr></thead>
<tbody>${shown.map((one, index) => versionRow(one, specs[start + index + 1], { isRunning: start + index === running, mayRestore, link }))}</tbody></table></div>
${last > 1 && pager({ page, last, start, end: start + shown.length, total: specs.length }, link)}
${page === last && specs.at(-1)?.hasEarlier && html`<p class="soft">Versions before these are no longer kept: together they were larger than 50 MB.</p>`}
<p><a href="${link(MAPPINGS_PATH)}">All mappings</a></p>`
}

type Pages = Readonly<Record<'page' | 'last' | 'start' | 'end' | 'total', number>>

function pager({ page, last, start, end, total }: Pages, link: PageContext['link']): Html {
  const at = (number: number) => link(`${VERSIONS_PATH}?page=${number}`)
  return html`<nav class="pager" aria-label="Pages of versions"><div class="row">
${page > 1 && html`<a class="button plain" rel="prev" href="${at(page - 1)}">${icon('chevron-left')}Newer</a>`}
${page < last && html`<a class="button plain" rel="next" href="${at(page + 1)}">Older${icon('chevron-right')}</a>`}</div>
<p class="soft">${formatCount(start + 1)} to ${formatCount(end)} of ${formatCount(total)}</p></nav>`
}

interface RowView extends Pick<PageContext, 'link'> {
  readonly isRunning: boolean
  readonly mayRestore: boolean
}

function versionRow(spec: FormerSpecFiles, former: FormerSpecFiles | undefined, view: RowView): Html {
  const { isRunning, mayRestore, link } = view
  const changed = former === undefined ? undefined : changedPaths(former, spec)
  return html`<tr><td data-name="Since">${timeElement(spec.at)}</td>
<th scope="row"><a href="${link(specLink(spec.hash, spec.at))}"><code>${spec.hash}</code></a>${isRunning && html` <span class="badge good">Running</span>`}</th>
<td data-name="Changed">${changed === undefined ? html`<span class="soft">the first that is kept</span>` : changed.join(', ')}</td>
<td data-name="By">${spec.by ?? html`<span class="soft">outside of the console</span>`}</td>
${mayRestore && html`<td class="number">${!isRunning && html`<a class="button plain small" href="${link(specLink(spec.hash, spec.at))}">Restore<span class="hidden"> ${spec.hash}</span></a>`}</td>`}</tr>`
}

type Files = FormerSpecFiles['files']

const textIn = (files: Files, path: string): string | undefined => files.find((file) => file.path === path)?.text

const pathsOf = (...lists: readonly Files[]): readonly string[] => [
  ...new Set(lists.flatMap((files) => files.map(({ path }) => path))),
]

const changedPaths = (before: FormerSpecFiles, after: FormerSpecFiles): readonly string[] =>
  pathsOf(before.files, after.files).filter((path) => textIn(before.files, path) !== textIn(after.files, path))

const diffOf = (before: Files, after: Files): string =>
  unifiedDiff(
    pathsOf(before, after).map((path) => ({ path, before: textIn(before, path), after: textIn(after, path) })),
  )

async function showSpec(
  index: number,
  specs: readonly FormerSpecFiles[],
  context: PageContext,
): Promise<Html | Response> {
  const spec = specs[index]
  if (spec === undefined) return context.notFound('This version is no longer kept.')
  const former = specs[index + 1]
  const { sourceFiles } = context.options.connector.spec
  const toRunning = diffOf(sourceFiles, spec.files)
  return html`<p class="lead">Version <code>${spec.hash}</code>, since ${timeElement(spec.at)}${spec.by && html`, by ${spec.by}`}.</p>
<section class="card" aria-labelledby="restore"><h2 id="restore">Against what runs now</h2>
${toRunning === '' ? html`<p>This is the version that runs.</p>` : html`<p class="soft">What restoring it changes.</p>${diffView(toRunning, 'What restoring changes')}${await restoreForm(spec, context)}`}</section>
${former && html`<section class="card" aria-labelledby="before"><h2 id="before">What it changed</h2><p class="soft">Against the version before it.</p>${diffView(diffOf(former.files, spec.files), 'What it changed')}</section>`}
${allVersions(context)}`
}

const allVersions = ({ link }: PageContext): Html => html`<p><a href="${link(VERSIONS_PATH)}">All versions</a></p>`

async function restoreForm({ hash }: FormerSpecFiles, context: PageContext, consent?: Html): Promise<Html> {
  if (!mayEdit(context)) return html`<p class="soft">Your account may not restore it.</p>`
  const reason = await context.specEditor?.readOnlyReason()
  if (reason !== undefined)
    return html`<p class="note">${reason} Copy the patch above, and apply it where the files are kept.</p>`
  return html`<form method="post" action="${context.link(RESTORE_PATH)}">${context.csrfField}<input type="hidden" name="spec" value="${hash}">${consent}
<button>Restore this version</button></form>`
}

export const restoreAction: Action = {
  path: RESTORE_PATH,
  access: 'set-up',
  async run(context) {
    const { specEditor, form: fields, person, redirect, options } = context
    const specs = await readSpecHistory(options.connector.store)
    const spec = specs[findInSpecHistory(specs, fields.get('spec'))]
    if (spec === undefined || specEditor === undefined) return context.notFound('This version is no longer kept.')
    const changes = await changesTo(spec, context)
    const result = await specEditor.save(changes, {
      acceptNewKeys: fields.getAll('accept'),
      acceptBroken: fields.getAll('accept-broken'),
      acceptFailedCases: true,
      by: person,
    })
    if (result.status === 'saved')
      return redirect(MAPPINGS_PATH, savedText(`Restored ${spec.hash}: the mappings run`, result, context))
    if (result.status === 'unchanged')
      return redirect(VERSIONS_PATH, 'The files are those of this version already.', 'still')
    if (result.status === 'conflict')
      return redirect(specLink(spec.hash), `${result.path} was changed at the same time. Try again.`, 'bad')
    const problem = problemOf(result, context)
    const form = result.status === 'needs-consent' ? await restoreForm(spec, context, problem) : problem
    const body = html`${form}${allVersions(context)}`
    return context.respond({ path: VERSIONS_PATH, title: 'Nothing was restored', body, status: 422 })
  },
}

/** Only the spec's own files: those of a base belong to its package. */
async function changesTo(
  { files }: FormerSpecFiles,
  { options, specEditor }: PageContext,
): Promise<readonly FileChange[]> {
  const present = options.connector.spec.sourceFiles.filter(({ base }) => base === undefined).map(({ path }) => path)
  const bases = files
    .filter(({ path }) => path !== CONNECTOR_FILE && path.endsWith(`/${CONNECTOR_FILE}`))
    .map(({ path }) => path.slice(0, -CONNECTOR_FILE.length))
  const own = files.filter(({ path }) => !bases.some((base) => path.startsWith(base)))
  const paths = new Set([...own.map(({ path }) => path), ...present])
  return Promise.all(
    [...paths].map(async (path) => ({
      path,
      before: await specEditor?.editable.files.read(path),
      after: textIn(own, path),
    })),
  )
}

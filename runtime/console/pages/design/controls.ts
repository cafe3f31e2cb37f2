/** Controls on the design page: buttons, forms, filters, details. */
import { html } from 'hono/html'
import { icon } from '../../icons.ts'
import type { Html } from '../../types.ts'

export const controls = (): Html => html`<section class="card" aria-labelledby="buttons"><h2 id="buttons">Buttons</h2>
<p class="soft">One primary button a page: what a visitor came to do. Buttons begin with a verb.</p>
<p class="row"><button type="button">Start import</button><button type="button" class="plain">${icon('refresh')}Check again</button><button type="button" class="danger">Disconnect</button><button type="button" disabled>Start import</button><button type="button" class="plain small">${icon('copy')}Copy</button><a class="button plain" href="#buttons">Open</a></p></section>
<section class="card" aria-labelledby="forms"><h2 id="forms">Forms</h2>
<form class="slim">
<label for="d-key">Private API key</label>
<input id="d-key" aria-invalid="true" aria-describedby="d-key-error" value="AbC123">
<p class="field-error" id="d-key-error">${icon('alert')}This is a public key. A private key begins with pk_.</p>
<label for="d-since">Import since</label>
<input id="d-since" aria-describedby="d-since-hint" placeholder="2026-01-31">
<p class="hint" id="d-since-hint">Absent: everything.</p>
<label for="d-metric">Metric</label>
<select id="d-metric"><option>All metrics</option></select>
<fieldset><legend>Channels</legend><label class="check"><input type="checkbox" checked> Conversation</label><label class="check"><input type="checkbox"> E-mail</label></fieldset>
</form></section>
<section class="card" aria-labelledby="filters"><h2 id="filters">Filters, pages, details</h2>
<ul class="chips" aria-label="Filters"><li><a class="chip" href="#filters" aria-current="true">All</a></li><li><a class="chip" href="#filters">Delivered</a></li><li><a class="chip" href="#filters">Failed ${icon('x')}<span class="hidden">Remove this filter</span></a></li></ul>
<nav class="pager" aria-label="Pages of a list"><a class="button plain" href="#filters">${icon('chevron-left')}Newer</a><p>51 to 100</p><a class="button plain" href="#filters">Older${icon('chevron-right')}</a></nav>
<details><summary>Details</summary><pre>{ "code": "behind details" }</pre></details></section>`

/** Pieces on the design page: messages, badges, cards, lists, tables, states without content. */
import { html } from 'hono/html'
import { icon } from '../../icons.ts'
import type { Html } from '../../types.ts'

export const pieces =
  (): Html => html`<section class="card" aria-labelledby="messages"><h2 id="messages">Messages and badges</h2>
<p class="message good">1 record queued for retry.</p>
<p class="message warn">Events wait until the limit allows more requests.</p>
<p class="message bad">The key was rejected. Nothing was changed.</p>
<p class="note">A fact that helps to decide.</p>
<p class="row"><span class="badge good">Delivered</span><span class="badge">Skipped</span><span class="badge warn">Waiting to retry</span><span class="badge bad">Failed</span><span class="badge info">History</span></p></section>
<ul class="cards"><li class="card"><h2>Delay</h2><span class="big">0.8 s</span><p class="soft">From event to delivery, the median of the last 100 events.</p></li>
<li class="card"><h2>Waiting</h2><span class="big">12</span><p class="soft">Oldest 4 s.</p></li>
<li class="card"><h2>Failed</h2><span class="big bad-text">3</span><p><a href="#messages">View</a></p></li></ul>
<div class="table"><table class="stack middle"><caption>Table <span class="soft">numbers to the right, digits of one width, the head stays in sight</span></caption>
<thead><tr><th scope="col">Metric</th><th scope="col">State</th><th scope="col" class="number">Events</th></tr></thead>
<tbody>${[1, 23, 4_567].map((count) => html`<tr><th scope="row"><a href="#messages">Rated Conversation</a></th><td data-name="State"><span class="badge good">Delivered</span></td><td class="number" data-name="Events">${count.toLocaleString('en')}</td></tr>`)}</tbody></table></div>
<div class="beside"><section class="card" aria-labelledby="facts"><h2 id="facts">Facts</h2>
<dl class="facts"><dt>Metric</dt><dd>Rated Conversation</dd><dt>Name</dt><dd><span dir="auto">أحمد العلي</span></dd><dt>Key</dt><dd><code>rated:1295:1720000000</code></dd></dl></section>
<section class="card" aria-labelledby="nothing"><h2 id="nothing">Nothing to show</h2>
<div class="empty">${icon('inbox')}<h3>No failed events</h3><p>Events that cannot be delivered are kept here.</p></div></section></div>
<section class="card" aria-labelledby="progress"><h2 id="progress">Progress</h2>
<p><progress max="100" value="62" aria-label="Import: 62 of 100 records"></progress></p></section>`

/** The stylesheet: colours of both schemes, type, the frame, then the components inside pages. */
export const style = `:root {
  color-scheme: light dark;
  --page: #f6f7f8; --card: #fff; --line: #dfe3e6; --text: #1b2226; --soft: #56626a;
  --accent: #0b6b62; --accent-soft: #e2f1ef; --on-accent: #fff;
  --good: #1b6b35; --good-soft: #e5f3e9; --bad: #a5262a; --bad-soft: #fbe9e9; --warn: #815400; --warn-soft: #fdf2dc;
  --bar: #0b6b62; --bar-soft: #c9d3d6; --code: #f0f3f4;
  --radius: .5rem; --gap: 1rem;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12171a; --card: #1a2125; --line: #2f3a40; --text: #e6ebed; --soft: #9fadb4;
    --accent: #5cc7bb; --accent-soft: #15332f; --on-accent: #06201d;
    --good: #7fd097; --good-soft: #16301f; --bad: #ff9c98; --bad-soft: #3a1c1d; --warn: #eec06a; --warn-soft: #352a13;
    --bar: #5cc7bb; --bar-soft: #3b474d; --code: #12181b;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; }
body { margin: 0; background: var(--page); color: var(--text); font-size: .9375rem; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 var(--gap); letter-spacing: -.01em; }
h2 { font-size: 1.0625rem; line-height: 1.3; margin: 0 0 .5rem; }
h3 { font-size: .9375rem; margin: 0; }
p { margin: 0 0 .75rem; }
a { color: var(--accent); text-underline-offset: .15em; }
a:hover { text-decoration-thickness: 2px; }
code, pre, kbd { font: .875em/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace; }
code { background: var(--code); padding: .1em .3em; border-radius: .25rem; overflow-wrap: anywhere; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: var(--radius); padding: .75rem; margin: 0; overflow-x: auto; }
pre code { background: none; padding: 0; }
/* A name that turns text round turns its own only. */
a, code, span, strong, time { unicode-bidi: isolate; }
time, .number { font-variant-numeric: tabular-nums; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: .2rem; }
main:focus { outline: none; }
.skip { position: absolute; left: .5rem; top: -4rem; background: var(--card); padding: .5rem 1rem; z-index: 2; }
.skip:focus { top: .5rem; }
.soft { color: var(--soft); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.25rem; padding: .5rem max(1rem, calc((100% - 72rem) / 2)); background: var(--card); border-bottom: 1px solid var(--line); }
.bar p { margin: 0; }
.brand { font-weight: 650; margin-right: auto !important; }
.brand a { color: inherit; text-decoration: none; }
.bar nav { display: flex; align-items: center; gap: .25rem; }
.bar nav ul { display: flex; gap: .25rem; list-style: none; margin: 0; padding: 0; }
.bar nav a { display: block; padding: .3rem .6rem; border-radius: .375rem; color: var(--soft); text-decoration: none; }
.bar nav a:hover { color: var(--text); background: var(--page); }
.bar nav a[aria-current] { color: var(--accent); background: var(--accent-soft); font-weight: 600; }
.bar .narrow { display: none; }
.pulse { color: var(--soft); font-size: .8125rem; order: 3; }
.pulse span { display: inline-block; width: .5rem; height: .5rem; margin-right: .375rem; border-radius: 50%; background: currentColor; animation: pulse 2.5s ease-in-out infinite; }
@keyframes pulse { 50% { opacity: .35; } }
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation: none !important; transition: none !important; } }

.health { padding: .625rem max(1rem, calc((100% - 72rem) / 2)); border-bottom: 1px solid var(--line); }
.health p { margin: 0 0 .25rem; }
.health .badge { border: 1px solid; }
.health > :last-child { margin-bottom: 0; }
.health.warn { background: var(--warn-soft); }
.health.bad { background: var(--bad-soft); }
.health .soft { color: inherit; opacity: .85; }
.health summary { cursor: pointer; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem 1.5rem; color: var(--soft); font-size: .8125rem; }
@media (max-width: 60rem) {
  .bar .wide { display: none; }
  .bar .narrow { display: block; order: 4; }
  .bar .narrow summary { cursor: pointer; padding: .3rem .6rem; border: 1px solid var(--line); border-radius: .375rem; list-style: none; }
  .bar .narrow summary::-webkit-details-marker { display: none; }
  .bar .narrow[open] { width: 100%; }
  .bar .narrow[open] nav { display: block; padding-top: .5rem; }
  .bar .narrow nav ul { display: block; }
  .bar .narrow nav a { padding: .6rem; }
}

.steps { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style-position: inside; margin: 0 0 var(--gap); padding: 0; color: var(--soft); }
.steps [aria-current] { color: var(--accent); font-weight: 650; }
label.check { display: flex; gap: .5rem; align-items: baseline; font-weight: 400; padding: .2rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); padding: 1rem; margin: 0 0 var(--gap); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: var(--gap); margin: 0 0 var(--gap); padding: 0; list-style: none; }
.cards > * { margin: 0; }
.beside { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--gap); align-items: start; margin: 0 0 var(--gap); }
.beside > .card, .beside > .table, .beside > section > :last-child { margin-bottom: 0; }
.cards .big { margin-bottom: .25rem; }
.card > :last-child, .cards p { margin-bottom: 0; }
@media (min-width: 62rem) { .beside { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (max-width: 40rem) {
  .cards { gap: .5rem; }
  .cards > .card { display: grid; grid-template-columns: 1fr auto; align-items: center; padding: .75rem 1rem; }
  .cards > .card > h2 { margin: 0; }
  .cards > .card > .big { font-size: 1.125rem; margin: 0; }
  .cards > .card > p { grid-column: 1 / -1; }
}
h1 + .lead { margin-top: -.5rem; }
.lead { color: var(--soft); }
.slim { max-width: 24rem; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; }
.row > h2 { margin: 0; }
.row > input:not([type=hidden], [type=checkbox], [type=radio]) { flex: 1; width: auto; min-width: 12rem; margin: 0; }
.row.apart { justify-content: space-between; }
.message { margin: 0 0 .75rem; padding: .625rem .875rem; border-radius: var(--radius); border: 1px solid; }
.message.good, .note { color: var(--good); background: var(--good-soft); }
.bad-text { color: var(--bad); }
ul.plain { margin: .25rem 0 0; padding-left: 1.25rem; }
.message.bad { color: var(--bad); background: var(--bad-soft); }
.note { color: var(--text); background: var(--accent-soft); padding: .625rem .875rem; border-radius: var(--radius); }

dl.facts { display: grid; grid-template-columns: fit-content(22rem) minmax(0, 1fr); gap: .25rem 1rem; margin: 0; }
dl.facts dt { color: var(--soft); overflow-wrap: anywhere; }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
dl.facts + * { margin-top: .75rem; }
dl.explained { grid-template-columns: minmax(0, 1fr); gap: 0; }
dl.explained > div { display: grid; grid-template-columns: minmax(8rem, 20rem) minmax(0, 1fr); gap: 0 1rem; padding: .25rem 0; border-top: 1px solid var(--line); }
dl.explained > div:first-child { border-top: 0; }
dl.explained > div > dd { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; }
dl.explained > div > dd > * { flex: 1 1 100%; margin: 0; min-width: 0; }
dl.explained > div > dd > .value { flex: 0 1 auto; max-width: calc(100% - 6rem); }
dl.explained > div > dd > details:not([open]) { flex: none; margin-left: auto; }
dl.explained summary { color: var(--soft); font-size: .8125rem; }
.value { overflow-wrap: anywhere; white-space: pre-line; }
.expression { margin: .25rem 0 0; }
.left-out { margin-top: .5rem; }
.outcomes { list-style: none; margin: .25rem 0 .75rem; padding: 0; }
.outcomes > li { padding: .5rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.outcomes > li:first-child { border-top: 0; }
.outcomes p { margin: 0; }
.outcomes ul.plain { margin-bottom: .25rem; }
.outcomes details { margin-top: .25rem; }
.timeline { list-style: none; margin-bottom: .75rem; padding: 0; }
.timeline > li { position: relative; padding: 0 0 .75rem 1.25rem; border-left: 2px solid var(--line); margin-left: .3rem; }
.timeline > li:last-child { border-color: transparent; padding-bottom: 0; }
.timeline > li::before { content: ''; position: absolute; left: -.4rem; top: .4rem; width: .65rem; height: .65rem; border-radius: 50%; background: var(--soft); }
.timeline > li > p { margin: 0; }
.timeline dl.facts { margin: .125rem 0; }
.timeline ul { margin: .125rem 0; padding-left: 1.25rem; overflow-wrap: anywhere; }
.big { display: block; font-size: 1.5rem; line-height: 1.2; font-weight: 600; font-variant-numeric: tabular-nums; }

.table { overflow-x: auto; margin: 0 0 var(--gap); background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); }
.card .table { border: 0; margin: 0 -1rem -1rem; border-radius: 0 0 var(--radius) var(--radius); }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; font-weight: 600; padding: .75rem 1rem; }
caption .soft { font-weight: 400; }
th, td { text-align: left; vertical-align: top; padding: .5rem 1rem; border-top: 1px solid var(--line); }
td .soft, tr.shown td { overflow-wrap: anywhere; }
thead th { color: var(--soft); font-weight: 500; font-size: .8125rem; white-space: nowrap; }
tbody th { font-weight: 600; }
td.number, th.number { text-align: right; white-space: nowrap; }
td time { white-space: nowrap; }
td .soft { overflow-wrap: anywhere; }
table.middle td, table.middle th { vertical-align: middle; }
.person { min-width: 9rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; justify-content: space-between; }
.person > span { overflow-wrap: anywhere; }
.origin { display: block; white-space: nowrap; background: none; padding: 0; color: var(--soft); font-size: .8125rem; }
@media (max-width: 40rem) {
  th, td { padding-inline: .75rem; }
  table.stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.stack, table.stack caption, table.stack tbody { display: block; }
  table.stack tr { display: block; padding: .5rem 0; border-top: 1px solid var(--line); }
  table.stack th, table.stack td { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; padding: .2rem 1rem; border: 0; text-align: right; }
  table.stack tbody th, table.stack td:not([data-name]) { text-align: left; }
  table.stack td.wide { display: block; }
  table.stack td[data-name]::before { content: attr(data-name); color: var(--soft); text-align: left; flex: none; }
  table.stack td:empty { display: none; }
  table.stack tr.shown td { display: block; text-align: left; }
  .person { min-width: 0; }
  .origin { white-space: normal; overflow-wrap: anywhere; }
  dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dl.facts dd { margin-bottom: .375rem; }
  dl.explained > div { grid-template-columns: minmax(0, 1fr); }
}

.badge { display: inline-block; padding: .05rem .5rem; border-radius: 1rem; font-size: .8125rem; white-space: nowrap; color: var(--soft); background: var(--code); border: 1px solid var(--line); }
.badge.good { color: var(--good); background: var(--good-soft); border-color: transparent; }
.badge.bad { color: var(--bad); background: var(--bad-soft); border-color: transparent; }
.badge.warn { color: var(--warn); background: var(--warn-soft); border-color: transparent; }

label { display: block; font-weight: 600; margin: 0 0 .25rem; }
input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea { width: 100%; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--soft); border-radius: .375rem; padding: .5rem .625rem; margin: 0 0 .75rem; }
button, a.button { display: inline-block; font: inherit; font-weight: 600; cursor: pointer; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: .375rem; padding: .4rem .875rem; text-decoration: none; }
button:hover, a.button:hover { filter: brightness(1.08); }
button.plain, a.button.plain { color: var(--text); background: var(--card); border-color: var(--line); font-weight: 500; }
button.danger { background: var(--bad); border-color: var(--bad); color: var(--card); }
button.small, a.button.small { padding: .05rem .5rem; font-size: .8125rem; }
button:disabled { opacity: .55; cursor: not-allowed; }
form { margin: 0; }
td form, dd form { display: inline; }
label.choice { font-weight: 400; padding: .125rem 0; }
fieldset > p { margin: 0; padding: .125rem 0; }
legend { font-weight: 600; padding: 0 .25rem; }
.stream .soft { font-variant-numeric: tabular-nums; }
fieldset { border: 1px solid var(--line); border-radius: var(--radius); margin: 0 0 .75rem; padding: .5rem 1rem; }
details > summary { cursor: pointer; }
dialog { color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); padding: 1.25rem; max-width: min(32rem, 92vw); }
dialog::backdrop { background: #0008; }
dialog p { white-space: pre-line; }
dialog form { display: flex; justify-content: flex-end; gap: .5rem; }

progress, meter { width: 100%; height: .5rem; border: 0; border-radius: 1rem; overflow: hidden; appearance: none; background: var(--bar-soft); accent-color: var(--bar); }
progress::-webkit-progress-bar { background: var(--bar-soft); }
progress::-webkit-progress-value { background: var(--bar); }
progress::-moz-progress-bar { background: var(--bar); }
.trend { flex: 1; min-width: 0; display: flex; align-items: flex-end; gap: .75rem; }
.trend span { white-space: nowrap; min-width: 5.5rem; font-variant-numeric: tabular-nums; }
meter::-webkit-meter-inner-element { display: block; height: 100%; }
meter::-webkit-meter-bar { background: var(--bar-soft); border: 0; height: .5rem; }
meter::-webkit-meter-optimum-value { background: var(--bar); }
meter::-webkit-meter-suboptimum-value { background: var(--warn); }
meter::-moz-meter-bar { background: var(--bar); }
svg.chart { display: block; flex: 1; width: 0; min-width: 12rem; height: 2rem; }
@media (max-width: 40rem) {
  .trend span { min-width: 4.5rem; }
  svg.chart { min-width: 3rem; }
}
svg.chart rect { fill: var(--bar); }
svg.chart rect.none { fill: var(--bar-soft); }
svg.chart rect.bad { fill: var(--bad); }
.yaml { max-height: 34rem; overflow: auto; }
.yaml.short { max-height: 16rem; }
.yaml code { counter-reset: line; display: block; width: max-content; min-width: 100%; }
.line { display: block; white-space: pre; counter-increment: line; }
.line::before { content: counter(line); display: inline-block; width: 2rem; margin-right: .75rem; text-align: right; color: var(--soft); user-select: none; }
.place { color: var(--soft); font-size: .8125rem; overflow-wrap: anywhere; }
tr.shown td { background: var(--page); }
tr.shown h3 { margin: .75rem 0 .25rem; }
tr.shown h3:first-child { margin-top: 0; }
td meter { margin-right: .5rem; }
.card > .yaml, .card > details { margin: .5rem 0 .75rem; }
.card > .row { margin-bottom: .5rem; }
.card > .row:last-child { margin-bottom: 0; }
.card > p + .button { margin-top: .75rem; }
.row.apart + .card { margin-top: .75rem; }
.placed { display: block; white-space: pre; }
.placed.marked, .line.marked { background: var(--warn-soft); }
.empty { padding: 1.5rem 1rem; color: var(--soft); text-align: center; }
`

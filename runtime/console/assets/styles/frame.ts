/** The frame of a page: header, navigation, status, main column, footer. */
export const frame = `.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.25rem; padding: .5rem max(1rem, calc((100% - 72rem) / 2)); background: var(--card); border-bottom: 1px solid var(--line); }
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
`

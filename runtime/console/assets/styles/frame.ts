/** The frame of a page: navigation beside it, or above it on small screens; status; main column; footer. */
export const frame = `.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1rem; padding: .5rem 1rem; background: var(--card); border-bottom: 1px solid var(--line); }
.bar p { margin: 0; }
.brand { font-weight: 650; margin-right: auto !important; line-height: 1.25; }
.brand a { display: flex; gap: .625rem; align-items: center; color: inherit; text-decoration: none; }
.mark { flex: none; display: grid; place-items: center; width: 1.75rem; height: 1.75rem; border-radius: var(--radius-sm); color: #fff; background: #0b6b62; }
.mark.degraded { background: #9a6400; }
.mark.stopped { background: #a5262a; }
.pulse { color: var(--soft); font-size: var(--text-sm); }
.pulse .dot { display: inline-block; width: .5rem; height: .5rem; margin-right: .375rem; border-radius: 50%; background: var(--good); animation: pulse 2.5s ease-in-out infinite; }
@keyframes pulse { 50% { opacity: .35; } }
.menu { display: inline-flex; gap: .375rem; align-items: center; color: var(--text); background: var(--card); border-color: var(--line-strong); font-weight: 500; }
.bar nav { margin: 0; padding: .75rem; color: inherit; background: var(--card); }
.bar nav p { margin: 1rem .625rem .25rem; color: var(--soft); font-size: var(--text-xs); font-weight: 600; }
.bar nav ul { list-style: none; margin: 0; padding: 0; }
.bar nav ul > li > a { display: flex; gap: .625rem; align-items: center; padding: .375rem .625rem; border-radius: var(--radius-sm); color: var(--soft); text-decoration: none; }
.bar nav a:hover { color: var(--text); background: var(--sunken); }
.bar nav a[aria-current] { color: var(--accent); background: var(--accent-soft); font-weight: 600; }
.bar nav .who { margin: 1rem 0 0; padding: .75rem .625rem 0; border-top: 1px solid var(--line); display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem; }
.bar nav .who p { margin: 0; font-size: var(--text-sm); font-weight: 400; overflow-wrap: anywhere; }
.bar nav:popover-open { inset: 3.25rem .5rem auto auto; width: min(20rem, calc(100vw - 1rem)); max-height: calc(100vh - 4rem); overflow-y: auto; border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow-raised); }
.bar nav::backdrop { background: #0004; }
@media (max-width: 63.99rem) {
  .bar nav ul > li > a { padding-block: .5rem; }
  .pulse .text { font-size: 0; }
  .bar nav p:first-child { margin-top: 0; }
}
@media (min-width: 64rem) {
  .framed { display: grid; grid-template-columns: 15rem minmax(0, 1fr); align-items: start; background: linear-gradient(to right, var(--card) calc(15rem - 1px), var(--line) calc(15rem - 1px) 15rem, var(--page) 15rem); }
  .framed > .bar { position: sticky; top: 0; height: 100vh; flex-direction: column; flex-wrap: nowrap; align-items: stretch; gap: 0; padding: 1rem .75rem; overflow-y: auto; border: 0; border-right: 1px solid var(--line); }
  .framed > .bar > .brand { margin: 0 !important; padding: 0 .625rem 1rem; }
  .framed > .bar > .menu { display: none; }
  .framed > .bar > nav { display: block; position: static; width: auto; height: auto; max-height: none; padding: 0; border: 0; overflow: visible; }
  .framed > .bar > .pulse { order: 9; margin: auto 0 0; padding: 1rem .625rem 0; }
  .framed .who { flex-direction: column; align-items: flex-start !important; }
}

.health { padding: .75rem clamp(1rem, 2.5vw, 2rem); border-bottom: 1px solid var(--line); background: var(--card); }
.health p { margin: 0 0 .25rem; }
.health .badge { border: 1px solid; }
.health > :last-child { margin-bottom: 0; }
.health.warn { background: var(--warn-soft); }
.health.bad { background: var(--bad-soft); }
.health .soft { color: inherit; opacity: .85; }
.health summary { cursor: pointer; }
main { max-width: 80rem; padding: 1.5rem clamp(1rem, 2.5vw, 2rem) 3rem; }
body:not(.framed) main { max-width: 40rem; margin: 0 auto; }
footer { padding: 0 clamp(1rem, 2.5vw, 2rem) 1.5rem; color: var(--soft); font-size: var(--text-sm); }
body:not(.framed) footer { max-width: 40rem; margin: 0 auto; }
footer p { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0; }
`

/** The frame of a page: navigation beside it, or above it on small screens; status; main column; footer. */
export const frame = `.bar { display: flex; align-items: center; gap: .25rem .625rem; padding: .5rem 1rem; background: var(--card); border-bottom: 1px solid var(--line); }
.bar p { margin: 0; }
.brand { flex: 1; min-width: 0; font-weight: 650; line-height: 1.25; }
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
.bar nav ul { list-style: none; margin: 0; padding: 0; font-size: .9rem; }
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
  .framed > .bar > .brand { flex: none; padding: 0 .625rem 1rem; }
  .framed > .bar > .menu { display: none; }
  .framed > .bar > nav { display: block; position: static; width: auto; height: auto; max-height: none; padding: 0; border: 0; overflow: visible; }
  .framed > .bar > .pulse { order: 9; margin: auto 0 0; padding: 1rem .625rem 0; }
  .framed .who { flex-direction: column; align-items: flex-start !important; }
}

.health { padding: .75rem clamp(1rem, 2.5vw, 2rem); border-bottom: 1px solid var(--line); background: var(--card); --state: var(--good); }
.health.warn { background: var(--warn-soft); --state: var(--warn); }
.health.bad { background: var(--bad-soft); --state: var(--bad); }
.health p { margin: 0 0 .25rem; }
.health > :last-child, .health > :last-child > p { margin-bottom: 0; }
.health .soft { color: color-mix(in srgb, var(--text) 82%, var(--card)); }
.health summary { cursor: pointer; }
.health pre { max-height: 14rem; background: var(--card); }
.joined { display: flex; align-items: flex-start; gap: .875rem; max-width: 46rem; margin-bottom: .375rem; }
.joined p { margin: 0; }
.side { display: flex; flex-direction: column; min-width: 0; line-height: 1.3; }
.side strong { display: flex; align-items: center; gap: .375rem; font-size: var(--text-lg); line-height: 1.5rem; font-weight: 650; letter-spacing: -.01em; }
.side strong .icon { color: var(--state); width: .9em; height: .9em; }
.side .soft { font-size: var(--text-sm); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 16rem; }
.between { position: relative; flex: 1; display: flex; flex-direction: column; align-items: center; min-width: 9rem; font-size: var(--text-xs); }
.between::before { content: ''; position: absolute; left: 0; right: 0; top: .75rem; border-top: 2px solid var(--state); }
.between::after { content: ''; position: absolute; right: 0; top: calc(.75rem - 3px); width: 8px; height: 8px; border: solid var(--state); border-width: 2px 2px 0 0; rotate: 45deg; }
.health.bad .between::before { border-top-style: dashed; }
.between .badge { position: relative; z-index: 1; color: var(--state); background: var(--card); border: 1.5px solid var(--state); font-weight: 600; line-height: 1.4; }
.between .soft { margin-top: .125rem; }
.health .frame-links { opacity: 1; }
.frame-links { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: var(--text-sm); }
@media (max-width: 40rem) {
  .joined { gap: .5rem; }
  .side strong { font-size: var(--text-md); }
  .side .soft { max-width: 6.5rem; }
  .between { min-width: 6rem; }
}
main { max-width: 80rem; padding: 1.5rem clamp(1rem, 2.5vw, 2rem) 3rem; }
body:not(.framed, .wide) main { max-width: 28rem; margin: 0 auto; padding-top: clamp(1.5rem, 8vh, 5rem); }
footer { padding: 0 clamp(1rem, 2.5vw, 2rem) 1.5rem; color: var(--soft); font-size: var(--text-sm); }
body:not(.framed, .wide) footer { max-width: 28rem; margin: 0 auto; }
body:not(.framed, .wide) .slim { max-width: none; }
footer p { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0; }
`

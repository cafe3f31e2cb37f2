/** Charts, progress bars, meters. */
export const charts = `progress, meter { width: 100%; height: .5rem; border: 0; border-radius: 1rem; overflow: hidden; appearance: none; background: var(--bar-soft); accent-color: var(--bar); }
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
svg.chart { display: block; flex: 1; width: 0; min-width: 7rem; height: 2rem; }
@media (max-width: 40rem) {
  .trend span { min-width: 4.5rem; }
  svg.chart { min-width: 3rem; }
}
svg.chart rect { fill: var(--bar); }
svg.chart rect.none { fill: var(--bar-soft); }
svg.chart rect.bad { fill: var(--series-failed); }
`

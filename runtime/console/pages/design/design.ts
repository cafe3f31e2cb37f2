/** The design of the console: its tokens and pieces, each as pages show it. */
import { html } from 'hono/html'
import { icon, iconNames } from '../../icons.ts'
import type { Html, Page } from '../../types.ts'
import { controls } from './controls.ts'
import { pieces } from './pieces.ts'

const COLORS: Readonly<Record<string, string>> = {
  page: 'Behind everything',
  card: 'Cards and tables',
  sunken: 'Badges, hover',
  line: 'Borders',
  'line-strong': 'Borders of controls',
  text: 'Text',
  soft: 'Second-rank text',
  accent: 'Links, the primary button',
  'accent-soft': 'The present page',
  good: 'Healthy, delivered',
  'good-soft': 'Behind it',
  warn: 'Degraded, waiting',
  'warn-soft': 'Behind it',
  bad: 'Stopped, failed',
  'bad-soft': 'Behind it',
  info: 'Facts without a judgement',
  'info-soft': 'Behind it',
}

const SERIES: Readonly<Record<string, string>> = {
  live: 'Live',
  history: 'History',
  reconcile: 'Missed webhooks',
  failed: 'Failed',
  none: 'Nothing',
}

const SIZES: Readonly<Record<string, string>> = {
  '2xl': 'A single number',
  xl: 'Title of a page, numbers of cards',
  lg: 'Names of both sides',
  md: 'Title of a card',
  base: 'Text',
  sm: 'Second-rank text, badges, heads of tables',
  xs: 'Groups of the navigation, axes',
}

const SPACES = [1, 2, 3, 4, 5, 6, 7] as const

export const designPage: Page = {
  path: '/design',
  title: 'Design',
  render:
    () => html`<p class="lead">Tokens and pieces of these pages, for people who add or change one. Every colour has a light and a dark form; the styles are in <code>runtime/console/assets/styles</code>.</p>
${tokens()}
${icons()}
${controls()}
${pieces()}`,
}

function tokens(): Html {
  const swatch = (name: string, use: string) =>
    html`<li><span class="sample sample-${name}"></span><span><code>--${name}</code><br><span class="soft">${use}</span></span></li>`
  return html`<section class="card" aria-labelledby="colors"><h2 id="colors">Colours</h2>
<ul class="samples">${Object.entries(COLORS).map(([name, use]) => swatch(name, use))}</ul></section>
<section class="card" aria-labelledby="series"><h2 id="series">Colours of charts</h2>
<ul class="samples">${Object.entries(SERIES).map(([name, use]) => swatch(`series-${name}`, use))}</ul></section>
<div class="beside">
<section class="card" aria-labelledby="type"><h2 id="type">Type</h2>
${Object.entries(SIZES).map(([name, use]) => html`<p class="size-${name}">${use} <code>--text-${name}</code></p>`)}</section>
<section class="card" aria-labelledby="space"><h2 id="space">Space</h2>
<ul class="spaces">${SPACES.map((step) => html`<li><code>--space-${step}</code><span class="space-${step}"></span></li>`)}</ul></section>
</div>`
}

const icons = (): Html => html`<section class="card" aria-labelledby="icons"><h2 id="icons">Icons</h2>
<p class="soft">Beside a text that says the same, never alone.</p>
<ul class="samples">${iconNames.map((name) => html`<li>${icon(name)}<code>${name}</code></li>`)}</ul></section>`

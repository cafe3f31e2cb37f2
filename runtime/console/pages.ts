/** Every page and every action of the console, one row each, in the order of the navigation. */
import { alertsPage, saveAlertsAction, testAlertAction } from './pages/alerts/alerts.ts'
import { coveragePage, metricCoveragePage } from './pages/coverage/coverage.ts'
import { designPage } from './pages/design/design.ts'
import { eventPage, eventRequestPage } from './pages/event/event.ts'
import { recordPage } from './pages/event/record.ts'
import { hideAction, revealAction } from './pages/event/reveal.ts'
import { eventsCsvPage } from './pages/events/csv.ts'
import { eventsPage, filterPersonAction } from './pages/events/events.ts'
import { dismissAction, retryAction } from './pages/failed-events/actions.ts'
import { failedEventsPage } from './pages/failed-events/failed-events.ts'
import { findAction, findPage } from './pages/find/find.ts'
import { historyPage, importActions, importRedirect } from './pages/history/history.ts'
import { runPage } from './pages/history/run.ts'
import { draftAction } from './pages/mappings/draft-action.ts'
import { filePage } from './pages/mappings/file.ts'
import { mappingsPage } from './pages/mappings/mappings.ts'
import { newMetricPage } from './pages/mappings/new-metric.ts'
import { saveAction } from './pages/mappings/save-action.ts'
import { switchAction, switchPage } from './pages/mappings/switch.ts'
import { restoreAction, versionsPage } from './pages/mappings/versions.ts'
import { metricPage } from './pages/metric/metric.ts'
import { confirmDeletionsAction } from './pages/overview/deletions.ts'
import { overviewPage } from './pages/overview/overview.ts'
import { createAction, segmentsAndFlowsPage } from './pages/segments-and-flows/segments-and-flows.ts'
import { timelinePage } from './pages/timeline/timeline.ts'
import { missedWebhooksRedirect, webhookHealthPage } from './pages/webhooks/webhooks.ts'
import { setupActions, setupPages } from './setup/routes.ts'
import type { Action, Page } from './types.ts'

export const pages: readonly Page[] = [
  overviewPage,
  eventsPage,
  eventsCsvPage,
  metricPage,
  historyPage,
  runPage,
  importRedirect,
  eventPage,
  eventRequestPage,
  recordPage,
  findPage,
  webhookHealthPage,
  missedWebhooksRedirect,
  failedEventsPage,
  coveragePage,
  metricCoveragePage,
  segmentsAndFlowsPage,
  mappingsPage,
  filePage,
  newMetricPage,
  switchPage,
  versionsPage,
  alertsPage,
  timelinePage,
  designPage,
  ...setupPages,
]

export const actions: readonly Action[] = [
  filterPersonAction,
  findAction,
  revealAction,
  hideAction,
  retryAction,
  dismissAction,
  createAction,
  confirmDeletionsAction,
  saveAlertsAction,
  testAlertAction,
  draftAction,
  saveAction,
  switchAction,
  restoreAction,
  ...importActions,
  ...setupActions,
]

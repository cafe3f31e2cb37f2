/** The pages and actions of setup. Fixed paths come before those with a connection's name. */
import type { Action, Page } from '../types.ts'
import { checkPage } from './check.ts'
import { callbackPage, connectPage, pasteAction, permissionsAction } from './connect.ts'
import { disconnectAction, disconnectPage } from './disconnect.ts'
import { approveAction, finishAction, setupPage } from './setup.ts'
import { webhooksPage } from './webhooks.ts'

export const setupPages: readonly Page[] = [
  setupPage,
  checkPage,
  webhooksPage,
  disconnectPage,
  connectPage,
  callbackPage,
]

export const setupActions: readonly Action[] = [
  approveAction,
  finishAction,
  disconnectAction,
  pasteAction,
  permissionsAction,
]

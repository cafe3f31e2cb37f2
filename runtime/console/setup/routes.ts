/** The rows of set-up. Those with a fixed address come before those that name a side. */
import type { Action, Page } from '../types.ts'
import { checkPage } from './check.ts'
import { callbackPage, connectPage, extrasAction, pasteAction } from './connect.ts'
import { disconnectAction, disconnectPage } from './disconnect.ts'
import { allowAction, finishAction, setUpPage } from './setup.ts'
import { webhooksPage } from './webhooks.ts'

export const installPages: readonly Page[] = [
  setUpPage,
  checkPage,
  webhooksPage,
  disconnectPage,
  connectPage,
  callbackPage,
]

export const installActions: readonly Action[] = [
  allowAction,
  finishAction,
  disconnectAction,
  pasteAction,
  extrasAction,
]

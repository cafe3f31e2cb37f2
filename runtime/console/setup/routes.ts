/** The pages and actions of setup. Fixed paths come before those with a connection's name. */
import type { Action, Page } from '../types.ts'
import { addressAction } from './address.ts'
import { checkPage } from './check.ts'
import { callbackPage, clientAction, connectPage, pasteAction, permissionsAction } from './connect.ts'
import { disconnectAction, disconnectPage } from './disconnect.ts'
import { changePersonAction, invitePersonAction, peoplePage } from './people.ts'
import { reviewPage } from './review.ts'
import { approveAction, finishAction, setupPage } from './setup.ts'
import { signingSecretAction } from './signing-secret.ts'
import { webhooksPage } from './webhooks.ts'

export const setupPages: readonly Page[] = [
  setupPage,
  reviewPage,
  checkPage,
  webhooksPage,
  peoplePage,
  disconnectPage,
  connectPage,
  callbackPage,
]

export const setupActions: readonly Action[] = [
  approveAction,
  finishAction,
  disconnectAction,
  addressAction,
  invitePersonAction,
  changePersonAction,
  pasteAction,
  clientAction,
  signingSecretAction,
  permissionsAction,
]

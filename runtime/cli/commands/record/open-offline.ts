/** Opens connectors that replay recordings: without credentials, network or log. */
import type { OpenSession } from '../../../conformance/recording/session.ts'
import { silentLogger } from '../../../system.ts'
import type { CommandContext } from '../../command.ts'

export const openOffline =
  ({ app }: Pick<CommandContext, 'app'>): OpenSession =>
  (session) =>
    app.open({ ...session, env: {}, random: () => 0.5, logger: silentLogger })

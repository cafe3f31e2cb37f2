/** Embeds the Node-RED installed in the working directory, with the flow in `USER_DIR`. Prints the port that it listens at. */
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.cwd(), 'package.json'))
const express = createRequire(require.resolve('node-red'))('express')
const RED = require('node-red')

const app = express()
const server = createServer(app)
const logging = { console: { level: 'info', metrics: false, audit: false } }
RED.init(server, {
  ...{ userDir: process.env.USER_DIR, flowFile: 'flows.json', credentialSecret: false, logging },
  ...{ httpAdminRoot: '/admin', httpNodeRoot: '/', nodesDir: process.cwd(), telemetry: { enabled: false } },
})
app.use('/admin', RED.httpAdmin)
app.use('/', RED.httpNode)
process.once('SIGTERM', async () => {
  await RED.stop() // closes the nodes
  server.close(() => process.exit(0))
})
await RED.start()
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`))

/** A Node-RED node that receives Intercom's webhooks, delivers them to Klaviyo, and emits a message for each record that ended. */
const { join } = require('node:path')

module.exports = (RED) => {
  /** The running nodes, by id. */
  const connectors = new Map()

  // One route for all nodes, since Express cannot remove one. Node-RED's own parsers are on the routes of its own nodes.
  RED.httpNode.all('/intercom-to-klaviyo/:id', async (request, response) => {
    const connector = await connectors.get(request.params.id)?.catch(() => undefined)
    if (connector === undefined) return response.sendStatus(503) // during a deploy: Intercom sends the webhook again
    const { method, headers } = request
    const answer = await connector.receive({ method, headers, body: request })
    response.status(answer.status).set(answer.headers).send(answer.body)
  })

  async function open(node) {
    const { intercomToKlaviyo } = await import('intercom-to-klaviyo')
    const { systemClock: clock } = await import('intercom-to-klaviyo/runtime')
    const { sqliteStore } = await import('intercom-to-klaviyo/store/sqlite')
    const { intercomBaseUrl, klaviyoBaseUrl, ...secrets } = node.credentials
    return intercomToKlaviyo({
      secrets,
      settings: { intercomBaseUrl: intercomBaseUrl || undefined, klaviyoBaseUrl: klaviyoBaseUrl || undefined },
      store: await sqliteStore(join(RED.settings.userDir, `intercom-to-klaviyo-${node.id}.db`), { clock }),
      clock,
      logger: {
        debug() {},
        info: (text) => node.log(text),
        warn: (text) => node.warn(text),
        error: (text) => node.error(text),
      },
      observe(observation) {
        if (observation.type !== 'settled') return
        node.send({ topic: observation.outcome, payload: observation.events, record: observation.record })
      },
    })
  }

  function IntercomToKlaviyo(config) {
    RED.nodes.createNode(this, config)
    const delivery = new AbortController()
    const { signal } = delivery
    const opening = open(this)
    connectors.set(this.id, opening)
    const working = opening.then(async (connector) => {
      this.status({ fill: 'green', shape: 'dot', text: 'delivering' })
      await Promise.all([connector.work({ signal }), connector.pollChanges({ signal })])
      await connector.close()
      await connector.store.close()
    })
    working.catch((error) => {
      this.status({ fill: 'red', shape: 'ring', text: 'stopped' })
      this.error(error.message)
    })
    this.on('close', (done) => {
      connectors.delete(this.id)
      delivery.abort()
      working.then(() => done(), done)
    })
  }

  const password = { type: 'password' }
  RED.nodes.registerType('intercom-to-klaviyo', IntercomToKlaviyo, {
    credentials: {
      intercomAccessToken: password,
      intercomClientSecret: password,
      klaviyoApiKey: password,
      intercomBaseUrl: { type: 'text' },
      klaviyoBaseUrl: { type: 'text' },
    },
  })
}

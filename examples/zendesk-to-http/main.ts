#!/usr/bin/env node
/** The `zendesk-to-http` command: all else is in connector.yaml. */
import { runYamlConnector } from 'intercom-to-klaviyo/cli'

await runYamlConnector({
  folder: new URL('./', import.meta.url),
  program: 'zendesk-to-http',
  version: '0.1.0',
  homepage: 'https://example.com/zendesk-to-http',
  bugsUrl: 'https://example.com/zendesk-to-http/issues',
})

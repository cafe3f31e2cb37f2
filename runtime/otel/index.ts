/**
 * OpenTelemetry spans and metrics of a connector, made of its observations alone: `observe: createOtelObserver()`.
 *
 * Needs `@opentelemetry/api`, and an SDK that the host has set up: without one it does nothing.
 */
import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api'
import type { Observe } from '../ports/observation.ts'
import { version } from '../version.ts'
import { MetricRecorder } from './metric-recorder.ts'
import { SpanRecorder } from './span-recorder.ts'

export interface OtelOptions {
  /** Default: the global one. */
  readonly tracerProvider?: TracerProvider | undefined
  /** Default: the global one. */
  readonly meterProvider?: MeterProvider | undefined
  /**
   * Whether metrics have the attribute `connector.tenant`, if the connector has a tenant. Spans always have it. Default: true.
   * With thousands of tenants each metric has as many time series.
   */
  readonly tenantMetrics?: boolean
}

/** The name of tracer and meter. */
const SCOPE = 'connector'

/** One for all connectors of a process, or one for each. */
export function createOtelObserver(options: OtelOptions = {}): Observe {
  const { tracerProvider = trace, meterProvider = metrics, tenantMetrics = true } = options
  const spans = new SpanRecorder(tracerProvider.getTracer(SCOPE, version))
  const recorder = new MetricRecorder(meterProvider.getMeter(SCOPE, version), tenantMetrics)
  const observe: Observe = (observation) => {
    spans.record(observation)
    recorder.record(observation)
  }
  return Object.assign(observe, { startTrace: spans.startTrace.bind(spans) })
}

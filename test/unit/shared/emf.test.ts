import { handle } from 'hono/aws-lambda'
import { describe, expect, it } from 'vitest'
import { createAuthApp } from '../../../functions/auth/app.ts'
import { bootstrapAdmin } from '../../../shared/auth/verify.ts'
import { reportingMetrics } from '../../../shared/emf.ts'
import { createLogger } from '../../../shared/log.ts'
import { createMetrics, type Metrics } from '../../../shared/metrics.ts'
import type { Table } from '../../../shared/table/table.ts'

function reported<Args extends unknown[], Answer>(wrap: (metrics: Metrics) => (...args: Args) => Promise<Answer>) {
  const metrics = createMetrics()
  const lines: string[] = []
  const options = { namespace: 'Slipway/test', metrics, write: (line: string) => void lines.push(line) }
  const handler = reportingMetrics(options, wrap(metrics))
  return { handler, taken: () => lines.splice(0).map((line) => JSON.parse(line)) }
}

describe("a Lambda's metrics", () => {
  it('are written at the end of each invocation, each value once, in the format that CloudWatch reads', async () => {
    const { handler, taken } = reported((metrics) => async (seconds: number) => {
      metrics.modelDownloads.inc({ source: 'hf', outcome: 'ready' })
      metrics.modelDownloadDuration.observe({ source: 'hf' }, seconds)
      metrics.activeDownloads.inc()
      return seconds
    })
    for (const seconds of [2, 3]) {
      expect(await handler(seconds)).toBe(seconds)
      expect(taken()).toEqual([
        {
          _aws: directive('model_downloads_total', 'Count', ['source', 'outcome']),
          source: 'hf',
          outcome: 'ready',
          model_downloads_total: 1,
        },
        {
          _aws: directive('model_download_duration_seconds', 'Seconds', ['source']),
          source: 'hf',
          model_download_duration_seconds: [seconds],
        },
      ])
    }
  })

  it('are written if the invocation throws, and its error is passed on', async () => {
    const { handler, taken } = reported((metrics) => async () => {
      metrics.errors.inc({ code: 'internal' })
      throw new Error('no table')
    })
    await expect(handler()).rejects.toThrow('no table')
    expect(taken()).toMatchObject([{ code: 'internal', errors_total: 1 }])
  })

  it('keep the count and the sum of many observations, a hundred per line', async () => {
    const { handler, taken } = reported((metrics) => async () => {
      for (let at = 0; at < 1000; at++) metrics.httpDuration.observe({ method: 'GET', route: '/a' }, at % 2)
    })
    await handler()
    const all = taken().flatMap((line) => line.http_request_duration_seconds)
    expect(all).toHaveLength(1000)
    expect(all.reduce((sum, one) => sum + one, 0)).toBeCloseTo(500)
  })

  it('are not written without a namespace', async () => {
    const metrics = createMetrics()
    const lines: string[] = []
    const handler = reportingMetrics({ namespace: undefined, metrics, write: (line) => lines.push(line) }, async () =>
      metrics.errors.inc({ code: 'internal' }),
    )
    await handler()
    expect(lines).toEqual([])
  })

  it('have few dimensions whatever paths strangers request', async () => {
    const { handler, taken } = reported((metrics) => {
      const verify = async () => bootstrapAdmin
      const table = { get: async () => undefined } as Partial<Table> as Table
      const options = { table, metrics, log: createLogger({ level: 'silent' }), verify }
      return handle(createAuthApp(options)) as unknown as (event: unknown) => Promise<unknown>
    })
    for (let at = 0; at < 30; at++) await handler(gatewayEvent(at % 2 ? `/x-${at}` : `/api/v1/keys/k-${at}`))
    const dimensions = taken().map(({ _aws, ...line }) => {
      const [{ Dimensions, Metrics }] = _aws.CloudWatchMetrics
      return [Metrics[0].Name, ...Dimensions[0].map((name: string) => line[name])].join(' ')
    })
    expect(dimensions.length).toBeGreaterThanOrEqual(60)
    expect(new Set(dimensions).size).toBeLessThan(8)
  })
})

const directive = (name: string, unit: string, dimensions: string[]) => ({
  Timestamp: expect.any(Number),
  CloudWatchMetrics: [{ Namespace: 'Slipway/test', Dimensions: [dimensions], Metrics: [{ Name: name, Unit: unit }] }],
})

const gatewayEvent = (path: string) => ({
  version: '2.0',
  rawPath: path,
  rawQueryString: '',
  headers: { host: 'hub.example' },
  requestContext: { http: { method: 'GET', path }, domainName: 'hub.example' },
  isBase64Encoded: false,
})

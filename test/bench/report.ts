import { availableParallelism } from 'node:os'
import type { Measured } from './closed-loop.ts'
import { fullBatchMs, loneBoundMs, type Outcome } from './judge.ts'
import { table } from './table.ts'

export function describeOutcomes(outcomes: readonly Outcome[]): string[] {
  return [
    ...throughput(outcomes),
    '',
    'The ceiling is bare `session.run` in a loop, on every core at once in the best batches; for one client on one core, a text at a time. At 1024: in batches of at most 1024 padded tokens, as the ceiling of the peers was measured; those of 384 are faster. CPU of it: of what the service and its engines use, the share that the bare runtime needs for the same texts; other work on the machine hardly changes that.',
    '',
    ...behaviour(outcomes),
    '',
    'Bare HTTP: `node:http` in front of bare sessions in threads, which looks up the token ids of each body and checks, limits, measures and tokenises nothing; overloaded at ten times its own capacity. A server on `node:http` that does all of this can hardly reach what it misses.',
    '',
    'Main thread: CPU of the thread that serves HTTP for a request, tokenising included. Memory: the service and its engines, shared pages counted once.',
  ]
}

function throughput(outcomes: readonly Outcome[]): string[] {
  const head = [
    'model',
    'texts',
    'clients x texts',
    'served/s',
    'ceiling/s',
    'of it',
    'of that at 1024',
    'CPU of it',
    'naive, of it',
    'bare HTTP, of it',
    'p50 ms',
    'p99 ms',
  ]
  const rowOf = (name: string, measured: Measured) => {
    const { workload, served, ceiling, ratio, peerRatio, cpuRatio, naive, bareHttp, p50Ms, p99Ms } = measured
    const asked = `${workload.clients} x ${workload.perRequest}`
    const ofCeiling = (perSecond: number | undefined) =>
      perSecond === undefined ? '' : (perSecond / ceiling).toFixed(2)
    const peers = [ofCeiling(naive), ofCeiling(bareHttp?.served)]
    const ratios = [ratio.toFixed(2), peerRatio?.toFixed(2) ?? '', cpuRatio.toFixed(2), ...peers]
    const numbers = [served.toFixed(0), ceiling.toFixed(0), ...ratios, p50Ms.toFixed(1), p99Ms.toFixed(1)]
    return [name, workload.texts.name, asked, ...numbers]
  }
  return table(
    head,
    outcomes.flatMap(({ variant, closed, withKey }) => [
      ...closed.map((measured) => rowOf(variant.name, measured)),
      rowOf(`${variant.name}; key in the table`, withKey),
    ]),
  )
}

function behaviour(outcomes: readonly Outcome[]): string[] {
  const head = ['', ...outcomes.map(({ variant }) => variant.name)]
  const row = (name: string, of: (outcome: Outcome) => string) => [name, ...outcomes.map(of)]
  const first = ({ closed: [fixed] }: Outcome) => fixed
  return table(head, [
    row('one client: p50 (bare HTTP) / the bound from TEI', (outcome) => {
      const { p50Ms, bareHttp } = outcome.closed.at(-1) ?? {}
      return `${p50Ms?.toFixed(1)} (${bareHttp?.p50Ms.toFixed(1)}) / ${loneBoundMs(outcome).toFixed(1)} ms`
    }),
    row('80 % open loop: p99 (bare HTTP) / two full batches', (outcome) => {
      const bound = 2 * fullBatchMs(outcome, availableParallelism())
      return `${outcome.open.p99Ms.toFixed(0)} (${outcome.bareHttp.open.p99Ms.toFixed(0)}) / ${bound.toFixed(0)} ms`
    }),
    row('main thread, a request (32 clients; bare HTTP)', (outcome) => {
      const { mainThreadMicros, bareHttp } = first(outcome) ?? {}
      return `${mainThreadMicros?.toFixed(0)} (${bareHttp?.mainThreadMicros.toFixed(0)}) µs`
    }),
    row('event-loop delay p99 (32 clients)', (outcome) => `${first(outcome)?.loopDelayP99Ms.toFixed(1)} ms`),
    row('10x overload: offered', ({ overload }) => `${overload.offered.toFixed(0)}/s`),
    row('10x overload: goodput of capacity (bare HTTP)', ({ overload, bareHttp, closed: [fixed] }) => {
      const bareCapacity = fixed?.bareHttp?.served ?? Number.NaN
      const ofBare = (bareHttp.overload.goodput / bareCapacity).toFixed(2)
      return `${(overload.goodput / (fixed?.served ?? Number.NaN)).toFixed(2)} (${ofBare})`
    }),
    row('10x overload: p99 of the accepted', ({ overload }) => `${overload.p99Ms.toFixed(0)} ms`),
    row('10x overload: refused, without Retry-After, failed', ({ overload }) =>
      [overload.refused, overload.withoutRetryAfter, overload.failed].join(', '),
    ),
    row('10x overload: /health p99', ({ overload }) => `${overload.healthP99Ms.toFixed(0)} ms`),
    row('10x overload: calm after', ({ overload }) => `${overload.calmMs.toFixed(0)} ms`),
    row(
      'memory before and after it',
      ({ overload }) => `${overload.memoryBeforeMiB.toFixed(0)}, ${overload.memoryAfterMiB.toFixed(0)} MiB`,
    ),
  ])
}

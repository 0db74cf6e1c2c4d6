import type { ParseArgsOptionsConfig } from 'node:util'
import type { CreateDeployment } from '../../contract/deployment.ts'
import { type Invocation, textOption, textOptions, UsageError } from '../command.ts'

/** Options that ask for a number, by what they are called in the API. */
const numbers = {
  min: 'min',
  max: 'max',
  idle: 'idleSeconds',
  'requests-per-second': 'requestsPerSecond',
  'requests-per-day': 'requestsPerDay',
  'tokens-per-minute': 'tokensPerMinute',
  concurrency: 'concurrency',
  cache: 'entries',
  'canary-errors': 'maxErrorRate',
  'canary-latency': 'maxLatencyRatio',
  'canary-requests': 'minRequests',
  'canary-window': 'windowSeconds',
  'shadow-percent': 'percent',
} as const

type NumberOption = keyof typeof numbers
const texts = ['name', 'owner', 'file', 'precision', 'pool', 'isolate', 'sticky', 'shadow'] as const

export const deployOptions: ParseArgsOptionsConfig = {
  ...Object.fromEntries([...texts, ...Object.keys(numbers)].map((name) => [name, { type: 'string' as const }])),
  weight: { type: 'string', multiple: true },
  'no-follow': { type: 'boolean' },
  update: { type: 'boolean' },
  detach: { type: 'boolean' },
}

/** What the options ask for, in the words of the API, which checks it. @throws UsageError */
export function wantedOf(invocation: Invocation): CreateDeployment {
  const { parameters, options } = invocation
  const text = (name: (typeof texts)[number]) => textOption(invocation, name)
  const part = (...names: NumberOption[]) => {
    const given = names.flatMap((name) => {
      const value = numberOption(invocation, name)
      return value === undefined ? [] : [[numbers[name], value] as const]
    })
    return given.length === 0 ? undefined : Object.fromEntries(given)
  }
  const own = given({
    file: text('file'),
    precision: text('precision'),
    follow: options['no-follow'] === true ? false : undefined,
  })
  const shadow = text('shadow')
  return given({
    ...targetsOf({ targets: parameters, weights: textOptions(invocation, 'weight') ?? [], own }),
    name: text('name'),
    owner: text('owner'),
    pool: text('pool'),
    ...part('min', 'max', 'idle'),
    isolate: text('isolate'),
    stickyBy: text('sticky'),
    limits: part('requests-per-second', 'requests-per-day', 'tokens-per-minute', 'concurrency'),
    resultCache: part('cache'),
    canary: part('canary-errors', 'canary-latency', 'canary-requests', 'canary-window'),
    shadow: shadow === undefined ? undefined : { target: shadow, percent: 100, ...part('shadow-percent') },
  }) as CreateDeployment
}

/** One target with options of its own, or several of which each has its weight and all have the same options. */
function targetsOf({ targets, weights, own }: { targets: string[]; weights: string[]; own: object }): object {
  if (targets.length <= 1 && weights.length === 0) return { target: targets[0], ...own }
  const negative = weights.find((weight) => numberOf('weight', weight) < 0)
  if (negative !== undefined) throw new UsageError(`--weight takes a number of 0 or more, not "${negative}"`)
  if (weights.length !== targets.length)
    throw new UsageError(
      `--weight shares requests between targets: name every target, and then as many of --weight, in order (${targets.length} and ${weights.length} were given), as in: slipway deploy acme/iris@v1 acme/iris@v2 --weight 90 --weight 10 --name iris --update`,
    )
  return { targets: targets.map((target, at) => ({ target, weight: numberOf('weight', weights[at] ?? ''), ...own })) }
}

function numberOption(invocation: Invocation, name: NumberOption): number | undefined {
  const value = textOption(invocation, name)
  return value === undefined ? undefined : numberOf(name, value)
}

function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new UsageError(`--${name} takes a number, not "${text}"`)
  return value
}

const given = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

import type { ParseArgsOptionsConfig } from 'node:util'
import type { ChangeDeployment, CreateDeployment } from '../../contract/deployment.ts'
import { parseTarget } from '../../model/target.ts'
import { type Invocation, textOption, textOptions, UsageError } from '../command.ts'
import { rightly } from './named-repo.ts'

/** Numeric options, by their names in the API. */
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

/** Options that accept `none`, which removes the setting. */
const removable: ReadonlySet<string> = new Set([
  'max',
  'requests-per-second',
  'requests-per-day',
  'tokens-per-minute',
  'concurrency',
  'cache',
  'canary-errors',
  'canary-latency',
  'shadow',
])

const texts = ['name', 'owner', 'file', 'precision', 'task', 'pool', 'isolate', 'sticky', 'shadow'] as const

export const deployOptions: ParseArgsOptionsConfig = {
  ...Object.fromEntries([...texts, ...Object.keys(numbers)].map((name) => [name, { type: 'string' as const }])),
  weight: { type: 'string', multiple: true },
  'no-follow': { type: 'boolean' },
  update: { type: 'boolean' },
  detach: { type: 'boolean' },
}

/** In a change, `null` removes an optional setting. */
export type WantedDeployment = ChangeDeployment & Pick<CreateDeployment, 'name' | 'owner' | 'pool'>

/** Translates the options to the API's fields; the API validates them. @throws UsageError */
export function wantedOf(invocation: Invocation): WantedDeployment {
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
    task: text('task'),
    follow: options['no-follow'] === true ? false : undefined,
  })
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
    canary: part(shareOf(invocation, 'canary-errors'), 'canary-latency', 'canary-requests', 'canary-window'),
    shadow: shadowOf(invocation),
  }) as WantedDeployment
}

/** The option is in per cent, the API takes a fraction. */
function shareOf(invocation: Invocation, name: 'canary-errors'): NumberOption {
  const share = numberOption(invocation, name)
  if (typeof share === 'number' && share > 1 && share <= 100)
    throw new UsageError(`--${name} is a share between 0 and 1: for ${share} % use --${name} ${share / 100}`)
  return name
}

function shadowOf(invocation: Invocation): object | null | undefined {
  const shadow = textOption(invocation, 'shadow')
  const percent = numberOption(invocation, 'shadow-percent')
  const isTakenAway = shadow !== undefined && takesAway(invocation, 'shadow', shadow)
  if (percent !== undefined && (shadow === undefined || isTakenAway))
    throw new UsageError('--shadow-percent needs --shadow OWNER/NAME[@REF], the target of the copies')
  if (shadow === undefined) return undefined
  if (isTakenAway) return null
  rightly(() => parseTarget(shadow))
  return { target: shadow, percent: percent ?? 100 }
}

/** One target carries its own options; several get a weight each and share the options. */
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

function numberOption(invocation: Invocation, name: NumberOption): number | null | undefined {
  const value = textOption(invocation, name)
  if (value === undefined) return undefined
  return takesAway(invocation, name, value) ? null : numberOf(name, value)
}

function takesAway({ options }: Invocation, name: string, value: string): boolean {
  if (value !== 'none' || !removable.has(name)) return false
  if (options.update === true) return true
  throw new UsageError(`--${name} none removes a setting, so it needs --update`)
}

function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new UsageError(`--${name} takes a number, not "${text}"`)
  return value
}

const given = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

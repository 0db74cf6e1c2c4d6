import type { Deployment } from '../../contract/deployment.ts'
import { shellWord } from '../shell-word.ts'

type Target = Pick<
  Deployment['targets'][number],
  'target' | 'ref' | 'movedTo' | 'wantedFile' | 'precision' | 'wantedTask'
>

/** For example `the branch main is at 0123456789ab now`. */
export const movedWords = ({ ref, movedTo }: Target): string =>
  movedTo === undefined ? '' : `the ${movedTo.kind} ${ref} is at ${movedTo.revision.slice(0, 12)} now`

/** The first target, or the shadow, whose ref has moved on. */
export const movedTarget = ({ targets, shadow }: Deployment): Target | undefined =>
  [...targets, ...(shadow === undefined ? [] : [shadow])].find(({ movedTo }) => movedTo !== undefined)

/** How to bring deployments up to date with their moved refs, if there are any. */
export function howToCatchUp(deployments: readonly Deployment[]): string | undefined {
  const [first, ...more] = deployments.filter((one) => movedTarget(one) !== undefined)
  if (first === undefined) return undefined
  const command = more.length === 0 ? catchUp(first) : 'slipway deploy TARGET --name DEPLOYMENT --update'
  return `To serve the new revision: ${command}`
}

/** The full command where it can express every current setting. */
function catchUp({ name, targets, shadow }: Deployment): string {
  const isMoved = targets.some(({ movedTo }) => movedTo !== undefined)
  const named = isMoved ? targets.map(({ target }) => shellWord(target)) : []
  const weights = named.length > 1 ? targets.map(({ weight }) => `--weight ${weight}`) : []
  const options = isMoved ? [...new Set(targets.map(optionsOf))] : []
  const copied = shadow?.movedTo && shadow
  const shadowed = copied ? [`--shadow ${shellWord(copied.target)} --shadow-percent ${copied.percent}`] : []
  const isSayable = options.length <= 1 && (copied === undefined || optionsOf(copied) === '')
  const parts = isSayable ? [...named, ...weights, ...options, ...shadowed] : ['…']
  return ['slipway deploy', ...parts.filter((part) => part !== ''), `--name ${name} --update`].join(' ')
}

function optionsOf({ wantedFile, precision, wantedTask, movedTo }: Target): string {
  const file = wantedFile === undefined ? [] : [`--file ${shellWord(wantedFile)}`]
  const kind = precision === undefined ? [] : [`--precision ${precision}`]
  const task = wantedTask === undefined ? [] : [`--task ${wantedTask}`]
  // An alias target that does not follow was deployed with `--no-follow`, and needs it again.
  return [...file, ...kind, ...task, ...(movedTo?.kind === 'alias' ? ['--no-follow'] : [])].join(' ')
}

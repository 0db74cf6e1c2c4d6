import type { Deployment } from '../../contract/deployment.ts'
import { printable, table } from '../terminal.ts'
import { formatAge } from '../units.ts'
import { deploymentAddress } from './deployment-address.ts'
import { limitWords } from './limit-words.ts'
import { movedTarget, movedWords } from './moved-targets.ts'
import { settingWords } from './setting-words.ts'

type Target = Deployment['targets'][number]

/** The share of requests that a target gets, such as `90 %`. */
export function percentOf({ weight }: Target, { targets }: Deployment): string {
  const all = targets.reduce((total, one) => total + one.weight, 0)
  return `${all === 0 ? 0 : Math.round((weight / all) * 1000) / 10} %`
}

/** Ready replicas of wanted ones, such as `1/3`. */
const readyWords = ({ min, readyReplicas, wantedReplicas }: Deployment): string =>
  min === 0 ? `${readyReplicas}, on demand` : `${readyReplicas}/${wantedReplicas}`

export const deploymentTable = (deployments: readonly Deployment[]): string =>
  table(
    ['DEPLOYMENT', 'STATE', 'TARGET', 'TASK', 'REPLICAS', 'LIMITS', 'REASON'],
    deployments.map((one) => {
      const { name, state, target, targets, task, limits, reason, drift } = one
      const moved = movedTarget(one)
      return [
        name,
        state,
        targets.length > 1 ? `${targets.length} targets` : target,
        task,
        readyWords(one),
        limitWords(limits).join(', '),
        printable(reason ?? drift[0] ?? (moved && movedWords(moved))),
      ]
    }),
  )

/** Everything about one deployment: its settings, its targets, and each replica's state. */
export function deploymentDetails(deployment: Deployment, { baseUrl, now }: { baseUrl: string; now: Date }): string {
  const { name, state, targets, shadow, replicas, drift, version } = deployment
  const asked = targets.map((target) => [
    target.target,
    target.revision.slice(0, 12),
    target.file,
    percentOf(target, deployment),
    target.state,
    printable(target.reason ?? target.followFault ?? (target.follows ? 'follows its alias' : movedWords(target))),
  ])
  const copied = shadow && [
    shadow.target,
    shadow.revision.slice(0, 12),
    shadow.file,
    `${shadow.percent} %`,
    'SHADOW',
    movedWords(shadow),
  ]
  const told = replicas.flatMap(({ id, updatedAt, targets: own = [] }) =>
    own.map(({ target, revision, state: is, isResident, queued, answered, failed, standIn }) => [
      id,
      target,
      revision.slice(0, 12),
      standIn === undefined ? is : `${is} (${standIn.slice(0, 12)} answers)`,
      isResident ? 'yes' : 'no',
      String(queued),
      String(answered),
      String(failed),
      formatAge(updatedAt, now),
    ]),
  )
  return [
    `${name}  ${state}  ${deploymentAddress(deployment, baseUrl)}  version ${version}  replicas ${readyWords(deployment)}\n`,
    `${settingWords(deployment).map(printable).join('\n')}\n`,
    table(
      ['TARGET', 'REVISION', 'FILE', 'SHARE', 'STATE', 'REASON'],
      copied === undefined ? asked : [...asked, copied],
    ),
    table(['REPLICA', 'TARGET', 'REVISION', 'STATE', 'LOADED', 'QUEUED', 'ANSWERED', 'FAILED', 'UPDATED'], told),
    ...(drift.length === 0 ? [] : [`${drift.map((line) => `! ${printable(line)}`).join('\n')}\n`]),
  ].join('\n')
}

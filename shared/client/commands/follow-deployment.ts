import { setTimeout as wait } from 'node:timers/promises'
import type { Deployment } from '../../contract/deployment.ts'
import { CommandFailed, type Invocation } from '../command.ts'
import { createProgress, printable } from '../terminal.ts'

const pollMs = 250
/** A replica may have to start first; then the status command tells the rest. */
const patienceMs = 10 * 60_000

/** Waits until a deployment is what it is to be, unless it is left to itself. @throws CommandFailed where it cannot be served */
export async function followDeployment(
  changed: Deployment,
  { client, terminal, options }: Invocation,
): Promise<Deployment> {
  let deployment = changed
  const progress = createProgress(terminal)
  const until = performance.now() + patienceMs
  try {
    while (options.detach !== true && isUnderWay(deployment) && performance.now() < until) {
      progress.show(`${deployment.name}: ${deployment.state.toLowerCase()}`)
      await wait(pollMs)
      deployment = await client.getDeployment(deployment.name)
    }
  } finally {
    progress.end()
  }
  if (deployment.state === 'FAILED')
    throw new CommandFailed(`"${deployment.name}" cannot be served: ${printable(deployment.reason)}`, deployment)
  return deployment
}

/** One that is paused comes no further. */
const isUnderWay = ({ state, targets }: Deployment): boolean =>
  state === 'PENDING' || state === 'LOADING' || (state === 'READY' && targets.some((one) => isComing.has(one.state)))

const isComing: ReadonlySet<string> = new Set(['PENDING', 'LOADING'])

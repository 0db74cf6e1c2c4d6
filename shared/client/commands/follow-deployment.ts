import type { Deployment } from '../../contract/deployment.ts'
import { CommandFailed, type Invocation } from '../command.ts'
import { poll } from '../poll.ts'
import { createProgress, printable } from '../terminal.ts'

/** A replica may have to start first; then the status command tells the rest. */
const patienceMs = 10 * 60_000

/** Waits until a deployment is what it is to be, unless it is left to itself. @throws CommandFailed where it cannot be served */
export async function followDeployment(
  changed: Deployment,
  { client, terminal, options }: Invocation,
): Promise<Deployment> {
  const progress = createProgress(terminal)
  const until = performance.now() + patienceMs
  const deployment = await poll({
    first: changed,
    isOver: (now) => options.detach === true || !isUnderWay(now) || performance.now() >= until,
    look: ({ name }) => client.getDeployment(name),
    show: ({ name, state }) => progress.show(`${name}: ${state.toLowerCase()}`),
    goesOn: `It is loaded whether or not this looks on: slipway status ${changed.name}`,
    everyMs: 250,
    progress,
  })
  if (deployment.state === 'FAILED')
    throw new CommandFailed(`"${deployment.name}" cannot be served: ${printable(deployment.reason)}`, deployment)
  return deployment
}

/** One that is paused comes no further. */
const isUnderWay = ({ state, targets }: Deployment): boolean =>
  state === 'PENDING' || state === 'LOADING' || (state === 'READY' && targets.some((one) => isComing.has(one.state)))

const isComing: ReadonlySet<string> = new Set(['PENDING', 'LOADING'])

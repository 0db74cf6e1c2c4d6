import type { Deployment } from '../../contract/deployment.ts'
import { CommandFailed, type Invocation } from '../command.ts'
import { poll } from '../poll.ts'
import { createProgress, printable } from '../terminal.ts'

/** Leaves time for a replica to start first. */
const patienceMs = 10 * 60_000

/**
 * Waits until a deployment reaches its target state, unless `--detach` is given. @throws CommandFailed where it cannot
 * be served, or not in time
 */
export async function followDeployment(
  changed: Deployment,
  { client, terminal, options }: Invocation,
): Promise<Deployment> {
  const progress = createProgress(terminal)
  const until = progress.clock.now() + patienceMs
  const deployment = await poll({
    first: changed,
    isOver: (now) => options.detach === true || !isUnderWay(now) || progress.clock.now() >= until,
    look: ({ name }) => client.getDeployment(name),
    show: ({ name, state }) => progress.show(`${name}: ${state.toLowerCase()}`),
    goesOn: `Loading continues on the server: slipway status ${changed.name}`,
    everyMs: 250,
    progress,
  })
  const { name, state } = deployment
  if (options.detach !== true && isUnderWay(deployment))
    throw new CommandFailed(
      `"${name}" is ${state === 'READY' ? 'not completely ready yet' : `still ${state.toLowerCase()}`} after 10 minutes; loading continues on the server: slipway status ${name}`,
      deployment,
    )
  if (state === 'FAILED')
    throw new CommandFailed(`"${name}" cannot be served: ${printable(deployment.reason)}`, deployment)
  return deployment
}

/**
 * Points to `status` where the command does not wait, or where some replicas are not ready yet: a deployment is ready
 * with one.
 */
export function sayWhereToLook(deployment: Deployment, { terminal, options, json }: Invocation): void {
  const { name, state, readyReplicas, wantedReplicas } = deployment
  if (!json && state === 'READY' && readyReplicas < wantedReplicas)
    terminal.err(`${readyReplicas} of ${wantedReplicas} replicas serve it so far: slipway status ${name}\n`)
  if (!json && options.detach === true && state !== 'READY') terminal.err(`next: slipway status ${name}\n`)
}

/** A paused deployment makes no progress. */
const isUnderWay = ({ state, targets }: Deployment): boolean =>
  state === 'PENDING' || state === 'LOADING' || (state === 'READY' && targets.some((one) => isComing.has(one.state)))

const isComing: ReadonlySet<string> = new Set(['PENDING', 'LOADING'])

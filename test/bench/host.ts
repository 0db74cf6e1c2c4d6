import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ServingConfig } from '../../gpu-service/serving-config.ts'
import { imageFlags } from '../infra/image-layout.ts'
import { filesIn } from '../support/files-in.ts'
import type { RealModel } from '../support/real-models.ts'

export interface HostJob {
  model: RealModel
  options: Partial<ServingConfig>
  /** How long it goes on accepting after a signal to end. */
  drainMs?: number
  /** Engines that sleep instead of working, so that only what stands around them is measured. */
  isInstant?: boolean
}

/** What the host's process says of itself. */
export interface HostStats {
  /** CPU time of the thread that serves HTTP, since the start. */
  mainThreadMs: number
  /** CPU time of the engines, since their start. */
  enginesMs: number
  /** Since it was last asked. */
  loopDelayP99Ms: number
  /** Of the service and its engines, with shared pages counted once. */
  memoryMiB: number
  enginePids: number[]
}

export interface Host {
  child: ChildProcess
  port: number
  /** The key that the service was given at its start, known without a look at the table. */
  token: string
  /** A key of the table. */
  key: string
  /** The graph that the engines run. */
  graphPath: string
  stats(): Promise<HostStats>
  close(): Promise<void>
}

/** The service in a process of its own. */
export async function startHost(job: HostJob, execArgv: string[] = []): Promise<Host> {
  // What the image gives to Node, so that what is measured is what is deployed.
  const child = fork(new URL('./serving-host.ts', import.meta.url), [JSON.stringify(job)], {
    execArgv: ['--expose-gc', ...imageFlags, ...execArgv],
  })
  const [told] = (await once(child, 'message')) as [Pick<Host, 'port' | 'token' | 'key'> & Record<string, string>]
  const cache = join(told.folder ?? '', 'cache', told.revision ?? '')
  const extended = Object.keys(await filesIn(cache)).find(
    (path) => path.startsWith(`${job.model.file}.`) && path.endsWith('.onnx') && !path.includes('.mapped/'),
  )
  if (extended === undefined) throw new Error('the service made no pooled graph')
  return {
    child,
    port: told.port,
    token: told.token,
    key: told.key,
    graphPath: join(cache, extended),
    async stats() {
      const answer = once(child, 'message')
      child.send('stats')
      const [stats] = (await answer) as [HostStats]
      return stats
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.send('close')
      await gone
    },
  }
}

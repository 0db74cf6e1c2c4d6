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
  /** How long it accepts requests after a signal to end. */
  drainMs?: number
  /** Use engines that sleep rather than run, so that only the rest of the service is measured. */
  isInstant?: boolean
}

/** What the host process reports about itself. */
export interface HostStats {
  /** CPU time of the thread that serves HTTP, since the start. */
  mainThreadMs: number
  /** CPU time of the engines, since their start. */
  enginesMs: number
  /** Since the last report. */
  loopDelayP99Ms: number
  /** Of the service and its engines; shared pages are counted once. */
  memoryMiB: number
  enginePids: number[]
}

export interface Host {
  child: ChildProcess
  port: number
  /** The key given to the service at its start, known without a table lookup. */
  token: string
  /** A key in the table. */
  key: string
  /** The graph that the engines run. */
  graphPath: string
  stats(): Promise<HostStats>
  close(): Promise<void>
}

/** The service in its own process. */
export async function startHost(job: HostJob, execArgv: string[] = []): Promise<Host> {
  // The Node flags of the image, so that the measured process is the deployed one.
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

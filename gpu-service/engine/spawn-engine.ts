import { ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { endingWithParent } from './ending-with-parent.ts'
import { engineFd, type WorkerSettings } from './messages.ts'

export interface SpawnEngine {
  /** The entry module of the process. */
  workerUrl: URL
  settings: WorkerSettings
  /** Its whole environment. */
  environment: Readonly<Record<string, string>>
}

/**
 * glibc raises the mmap threshold by itself and keeps freed memory below it: after six MiniLMs were loaded and unloaded,
 * two engines kept 500 MB, and 120 MB with the threshold fixed, at the same speed. The second setting uses huge pages for
 * large weights: 1 % of a MiniLM run, without more memory.
 */
const memorySettings = ['MALLOC_MMAP_THRESHOLD_=131072', 'GLIBC_TUNABLES=glibc.malloc.hugetlb=1']

/**
 * The published builds of the runtime send file names, graph names and hashes of models to their vendor
 * (microsoft/onnxruntime#27379), and write a log file per process. They read this when the process starts.
 */
const noTelemetry = 'ORT_DISABLE_TELEMETRY=1'

/**
 * Engines keep the cores busy, so they run at a lower priority than the HTTP thread: at ten times the capacity of two
 * cores, `/health` took 67 and 76 ms without this and 29 and 22 ms with it, at the same throughput.
 */
const lowerPriority = ['nice', '-n', '5']

/**
 * Starts an engine process. If the system has no memory, process or file descriptor left, the child emits `error`, as for
 * a missing command, and the socket is not connected.
 */
export function spawnEngine({ workerUrl, settings, environment }: SpawnEngine): {
  child: ChildProcess
  socket: Socket
} {
  // A GPU waits for the engine's thread, which needs little CPU.
  const turn = settings.device === 'cpu' ? lowerPriority : []
  const worker = [process.execPath, fileURLToPath(workerUrl), JSON.stringify(settings)]
  // A run that never ends would not notice the closed socket, so the system kills it with the service.
  const command = ['env', noTelemetry, ...memorySettings, ...turn, ...worker]
  const [launcher = 'env', ...parameters] = endingWithParent(command)
  const child = started(() =>
    spawn(launcher, parameters, { env: environment, stdio: ['ignore', 'ignore', 'inherit', 'pipe'] }),
  )
  // Without a free file descriptor Node leaves `stdio` undefined.
  const socket = (child.stdio as ChildProcess['stdio'] | undefined)?.[engineFd] as Socket | undefined
  return { child, socket: socket ?? new Socket() }
}

/** Turns errors that `spawn` throws into `error` events, as it emits for others. */
function started(start: () => ChildProcess): ChildProcess {
  try {
    return start()
  } catch (error) {
    const child = new ChildProcess()
    process.nextTick(() => child.emit('error', error))
    return child
  }
}

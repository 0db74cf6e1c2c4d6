import { ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { endingWithParent } from './ending-with-parent.ts'
import { engineFd, type WorkerSettings } from './messages.ts'

export interface SpawnEngine {
  /** The module that the process runs. */
  workerUrl: URL
  settings: WorkerSettings
  /** All of its environment. */
  environment: Readonly<Record<string, string>>
}

/**
 * glibc raises the first limit by itself, and keeps what lies below it: of six MiniLMs loaded and unloaded in turn, 500 MB
 * stayed in two engines that held none any more, and 120 MB with the limit fixed. Runs are as fast. The second asks for
 * large pages, where weights are large enough for them: 1 % of a run of MiniLM, without more memory.
 */
const memorySettings = ['MALLOC_MMAP_THRESHOLD_=131072', 'GLIBC_TUNABLES=glibc.malloc.hugetlb=1']

/**
 * A run keeps its core busy until it ends, and the thread that answers everybody needs one for moments: at ten times the
 * load that two cores can do, `/health` took 67 and 76 ms without this and 29 and 22 with it, and as much was answered.
 */
const givingWay = ['nice', '-n', '5']

/**
 * Starts the process of an engine. Where the system has no memory, process or file descriptor left for it, its child says
 * so by `error`, as of a command that is not there, and the socket leads nowhere.
 */
export function spawnEngine({ workerUrl, settings, environment }: SpawnEngine): {
  child: ChildProcess
  socket: Socket
} {
  // What a GPU waits for is the engine's thread, which itself needs a core for moments only.
  const turn = settings.device === 'cpu' ? givingWay : []
  const worker = [process.execPath, fileURLToPath(workerUrl), JSON.stringify(settings)]
  // A run that never ends does not see the socket close, so the system ends it with a service that was killed.
  const [launcher = 'env', ...parameters] = endingWithParent(['env', ...memorySettings, ...turn, ...worker])
  const child = started(() =>
    spawn(launcher, parameters, { env: environment, stdio: ['ignore', 'ignore', 'inherit', 'pipe'] }),
  )
  // Node gives a child that had no file descriptor left no streams at all.
  const socket = (child.stdio as ChildProcess['stdio'] | undefined)?.[engineFd] as Socket | undefined
  return { child, socket: socket ?? new Socket() }
}

/** Node tells of some errors of the system by an event, and throws the others. */
function started(start: () => ChildProcess): ChildProcess {
  try {
    return start()
  } catch (error) {
    const child = new ChildProcess()
    process.nextTick(() => child.emit('error', error))
    return child
  }
}

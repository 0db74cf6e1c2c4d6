import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { endingWithParent } from './ending-with-parent.ts'
import { machineKey } from './machine-key.ts'
import { graphFile, isWhole } from './mapped-files.ts'

export interface MappedGraphOptions {
  /** The file as the task left it. */
  path: string
  /** Below this, a copy in every session costs less than another file. */
  sizeBytesMin: number
  /** What runs `writeMapped` in a process of its own: the memory that it takes is given back with it. */
  command: MapCommand
}

export type MapCommand = readonly [module: string, ...parameters: string[]]

const run = promisify(execFile)

/**
 * A model's graph with its weights in a file of their own, laid out as this machine's kernels want them. Sessions map
 * that file instead of each making such a layout in memory of its own, so that a second process, or a second session
 * with more threads, costs no second copy of the weights. MiniLM's 90 MB: 25 MB a session instead of 128, and a load
 * three times as fast. Returns the path to open: the file itself where this cannot be had.
 */
export async function mappedGraph({ path, sizeBytesMin, command }: MappedGraphOptions): Promise<string> {
  try {
    if ((await stat(path)).size < sizeBytesMin) return path
    const folder = `${path}.${machineKey()}.mapped`
    if (!(await isWhole(folder))) {
      await putAside({ path, folder })
      await makeMapped({ path, folder, command })
    }
    return join(folder, graphFile)
  } catch {
    // A full or read-only disk, or a graph that the runtime cannot write: it is opened as it is, or says why it cannot be.
    return path
  }
}

/** What is damaged goes before another is made, because a whole one may stand in its place behind that. */
async function putAside({ path, folder }: { path: string; folder: string }): Promise<void> {
  const aside = partialOf(path)
  await rename(folder, aside).catch(unlessMissing)
  await rm(aside, { recursive: true, force: true })
}

type MakeMapped = Pick<MappedGraphOptions, 'path' | 'command'> & { folder: string }

async function makeMapped({ path, folder, command }: MakeMapped): Promise<void> {
  const partial = partialOf(path)
  try {
    await mkdir(partial)
    const [launcher = '', ...parameters] = endingWithParent([process.execPath, ...command, path, partial])
    await run(launcher, parameters)
    // Another process may have made it meanwhile, which is as good, and may be opening it just now.
    await rename(partial, folder).catch(async (error) => {
      if (!(await isWhole(folder))) throw error
    })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

const partialOf = (path: string): string => `${path}.${randomUUID()}.partial`

function unlessMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}

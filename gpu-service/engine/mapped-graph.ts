import { execFile } from 'node:child_process'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { endingWithParent } from './ending-with-parent.ts'
import { machineKey } from './machine-key.ts'
import { graphFile, isWhole } from './mapped-files.ts'

interface MappedGraphOptions {
  /** The model file, as prepared by the task. */
  path: string
  /** Smaller files are not mapped, because a copy in every session costs less. */
  sizeBytesMin: number
  /** Where the files are until they are complete: a path next to the model that no other load uses. */
  partial: string
  /** Runs `writeMapped` in a process of its own, so that its memory is freed afterwards. */
  command: MapCommand
}

export type MapCommand = readonly [module: string, ...parameters: string[]]

const run = promisify(execFile)

/**
 * Writes a model's graph with its weights in a separate file, prepacked for this machine's kernels, which all sessions
 * map instead of each packing its own copy: for MiniLM's 90 MB a session takes 25 MB instead of 128 and loads three times
 * as fast. Returns the path to open, which is the original file if this fails.
 */
export async function mappedGraph({ path, sizeBytesMin, partial, command }: MappedGraphOptions): Promise<string> {
  try {
    if ((await stat(path)).size < sizeBytesMin) return path
    const folder = `${path}.${machineKey()}.mapped`
    if (!(await isWhole(folder))) {
      await putAside({ folder, partial })
      await makeMapped({ path, folder, partial, command })
    }
    return join(folder, graphFile)
  } catch {
    // The disk is full or read-only, or the runtime cannot write this graph; opening the original tells any real error.
    return path
  }
}

/** Moves a damaged folder away before making a new one, because another process may put an intact one in its place. */
async function putAside({ folder, partial }: { folder: string; partial: string }): Promise<void> {
  await rename(folder, partial).catch(unlessMissing)
  await rm(partial, { recursive: true, force: true })
}

type MakeMapped = Omit<MappedGraphOptions, 'sizeBytesMin'> & { folder: string }

async function makeMapped({ path, folder, partial, command }: MakeMapped): Promise<void> {
  try {
    await mkdir(partial)
    const [launcher = '', ...parameters] = endingWithParent([process.execPath, ...command, path, partial])
    await run(launcher, parameters)
    // Another process may have made it meanwhile, and may already have it open.
    await rename(partial, folder).catch(async (error) => {
      if (!(await isWhole(folder))) throw error
    })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}

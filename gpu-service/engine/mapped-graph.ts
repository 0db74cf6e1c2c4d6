import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { InferenceSession } from 'onnxruntime-node'
import { endsWithParent } from './ends-with-parent.ts'
import { machineKey } from './machine-key.ts'

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
const [graphFile, weightsFile, sumsFile] = ['graph.onnx', 'weights.bin', 'sha256.json'] as const

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

/** Writes a graph in that form into a folder. */
export async function writeMapped({ path, folder }: { path: string; folder: string }): Promise<void> {
  const session = await InferenceSession.create(path, {
    logSeverityLevel: 4,
    optimizedModelFilePath: join(folder, graphFile),
    extra: {
      session: {
        optimized_model_external_initializers_file_name: weightsFile,
        optimized_model_external_initializers_min_size_in_bytes: '1024',
        save_external_prepacked_constant_initializers: '1',
      },
    },
  })
  await session.release()
  await writeFile(join(folder, sumsFile), JSON.stringify(sumsOf(folder)))
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
    const [launcher = '', ...parameters] = [...endsWithParent, process.execPath, ...command, path, partial]
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

/** Whether the files are those that were written: weights that a disk has changed would answer wrongly, not fail. */
async function isWhole(folder: string): Promise<boolean> {
  try {
    return (await readFile(join(folder, sumsFile), 'utf8')) === JSON.stringify(sumsOf(folder))
  } catch (error) {
    unlessMissing(error)
    return false
  }
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}

const sumsOf = (folder: string) => ({
  graph: sha256Of(join(folder, graphFile)),
  weights: sha256Of(join(folder, weightsFile)),
})

function sha256Of(path: string): string {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(1024 * 1024)
  const file = openSync(path, 'r')
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) hash.update(chunk.subarray(0, read))
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}

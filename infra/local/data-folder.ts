import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { messageOf } from '../../shared/errors.ts'
import { objectPrefixes } from '../../shared/objects/keys.ts'

/** The local host's data; the bucket's folders (`blobs`, `drop`, …) are beside these. */
export interface DataFolder {
  root: string
  /** A file with only the admin key, readable by its owner alone. */
  keyPath: string
  databasePath: string
  cacheDir: string
  dropDir: string
  /** Where the running process writes its address. */
  runningPath: string
}

export async function openDataFolder(path: string): Promise<DataFolder> {
  const root = resolve(path)
  try {
    for (const folder of [...objectPrefixes, 'cache']) await makeFolder(join(root, folder))
  } catch (error) {
    throw new Error(
      `The data folder ${root} cannot be used (${messageOf(error)}). Name another: SLIPWAY_DATA=… npm start`,
    )
  }
  const databasePath = join(root, 'dynamodb.sqlite')
  // Earlier versions let other users read it. A file of another owner stays as it is.
  for (const ending of ['', '-wal', '-shm']) await chmod(`${databasePath}${ending}`, 0o600).catch(() => {})
  return {
    root,
    keyPath: join(root, 'key'),
    databasePath,
    cacheDir: join(root, 'cache'),
    dropDir: join(root, 'drop'),
    runningPath: join(root, 'running.json'),
  }
}

/**
 * Makes a folder and those above it, one at a time: Node's `recursive` tries forever below a dangling link or in /proc,
 * where making a folder fails with ENOENT although its parent exists.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path)
  } catch (error) {
    if (!isFault(error, 'ENOENT') || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    await makeOne(path)
  }
}

/** Another start may make it at the same time. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (!isFault(error, 'EEXIST') || !(await stat(path)).isDirectory()) throw error
  }
}

const isFault = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code

/**
 * Locks the folder for this process; `undefined` where another one has it. Uses the operating system's lock on an
 * SQLite file, which ends with the process in any case.
 */
export function lockDataFolder({ root }: DataFolder): DatabaseSync | undefined {
  const lock = new DatabaseSync(join(root, 'lock.sqlite'))
  try {
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) return undefined
    throw error
  }
}

/** Writes this process's address for others. Renamed into place, so that nobody reads half of it. */
export async function announce({ runningPath }: DataFolder, { url }: { url: string }): Promise<void> {
  await writeFile(`${runningPath}.new`, `${JSON.stringify({ url, pid: process.pid })}\n`)
  await rename(`${runningPath}.new`, runningPath)
}

/** Describes the process that has the folder, as far as it announced itself. */
export async function describeHolder({ root, runningPath }: DataFolder): Promise<string> {
  const running = await readFile(runningPath, 'utf8').then(
    (text) => ` at ${(JSON.parse(text) as { url?: string }).url}`,
    () => '',
  )
  return `Slipway is already running on the data folder ${root}${running}. Use it, stop it, or start on another folder: SLIPWAY_DATA=.slipway-2 PORT=8001 npm start`
}

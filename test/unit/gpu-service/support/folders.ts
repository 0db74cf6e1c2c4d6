import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url))

export const fixtureModel = (repo: string): string => join(fixtures, 'models', repo)

export const readReference = async (name: string) =>
  JSON.parse(await readFile(join(fixtures, 'reference', `${name}.json`), 'utf8'))

/** The files of a folder by their paths, as a repo holds them. */
export async function filesIn(folder: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const read = paths.map(async (path) => [relative(folder, path), await readFile(path)] as const)
  return Object.fromEntries(await Promise.all(read))
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))
  return folder
}

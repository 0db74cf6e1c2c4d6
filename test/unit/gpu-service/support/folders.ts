import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url))

export const fixtureModel = (repo: string): string => join(fixtures, 'models', repo)

export const readReference = async (name: string) =>
  JSON.parse(await readFile(join(fixtures, 'reference', `${name}.json`), 'utf8'))

/** A folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))
  return folder
}

import { createHash, randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hashFile } from './hash-file.ts'
import { verifiedFiles } from './verified-files.ts'

interface DerivedFile {
  /** The source file; the derived file is written to its folder, so that external weights are found. */
  path: string
  /** Everything else that its content depends on. */
  recipe: string | Buffer
  write(path: string): Promise<void>
}

/**
 * Writes an ONNX file derived from another, with its hash in a separate file: a file made by an earlier process is
 * reused, and a corrupted one is made again. Returns its path.
 */
export async function derivedFile({ path, recipe, write }: DerivedFile): Promise<string> {
  const target = `${path}.${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}.onnx`
  const sumPath = `${target}.sha256`
  const sha256 = await readFile(sumPath, 'utf8').catch(() => undefined)
  if (sha256 !== undefined && (await verifiedFiles.holds({ path: target, sha256 }))) return target
  const partial = `${target}.${randomUUID()}.partial`
  try {
    await write(partial)
    const made = await hashFile(partial)
    // The hash comes last, so that a file without one after a kill is made again.
    await rename(partial, target)
    await writeFile(partial, made)
    await rename(partial, sumPath)
    await verifiedFiles.trust({ path: target, sha256: made })
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
  return target
}

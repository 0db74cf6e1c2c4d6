import { createHash, randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hashFile } from './hash-file.ts'
import { verifiedFiles } from './verified-files.ts'

interface DerivedFile {
  /** The file it is made of; it stands beside it, so that weights kept in other files are found. */
  path: string
  /** All that its content depends on besides that file. */
  recipe: string | Buffer
  write(path: string): Promise<void>
}

/**
 * An ONNX file that is made of another, with its hash in a file of its own: what a disk has changed since is made anew,
 * and what an earlier process made is used. Returns its path.
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
    // The sum after the file, so that one which a kill left without it is made again.
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

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { env } from 'onnxruntime-node'

/** Increase when the output of `writeMapped` changes, so that files of earlier versions are not used. */
const layoutVersion = 6

/** A hash of what the layout of mapped weights depends on: the runtime and the processor's features. */
export function machineKey(): string {
  const flags = /^(?:flags|Features)\s*:.*$/m.exec(readText('/proc/cpuinfo'))?.[0] ?? ''
  const machine = [layoutVersion, env.versions.node ?? env.versions.common, process.arch, cpus()[0]?.model, flags]
  return createHash('sha256').update(JSON.stringify(machine)).digest('hex').slice(0, 12)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

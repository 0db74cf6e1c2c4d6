import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { repositoryRoot } from '../../infra/constructs/repository-root.ts'

const dockerfile = readFileSync(join(repositoryRoot, 'gpu-service/Dockerfile'), 'utf8')

/** The commands of `CMD` and `HEALTHCHECK` in the image. */
export const imageCommands = { service: listAfter(/^CMD (\[.*\])$/m), health: listAfter(/^ {2}CMD (\[.*\])$/m) }
/** The flags with which the image starts Node. */
export const imageFlags = imageCommands.service.filter((word) => word.startsWith('--'))

/**
 * A folder with the files that the Dockerfile copies from this repository, and the packages that it installs: those of
 * the lock file that are not for development.
 */
export function layOutImage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-image-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const [, code = ''] = /^FROM \S+ AS code$([\s\S]*?)^FROM /m.exec(dockerfile) ?? []
  for (const [, from = '', to = ''] of code.matchAll(/^COPY (\S+) (\S+)$/gm))
    cpSync(join(repositoryRoot, from), join(folder, to === './' ? from : to), { recursive: true })
  for (const path of /^RUN rm -rf (.+)$/m.exec(code)?.[1]?.split(' ') ?? [])
    rmSync(join(folder, path), { recursive: true })
  for (const path of installedPackages()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    symlinkSync(join(repositoryRoot, path), join(folder, path))
  }
  return folder
}

function installedPackages(): string[] {
  const { packages } = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')) as LockFile
  return Object.entries(packages).flatMap(([path, { dev, optional }]) => {
    const isAtTop = /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path)
    return isAtTop && dev !== true && !(optional === true && path.startsWith('node_modules/@dynoxide')) ? [path] : []
  })
}

interface LockFile {
  packages: Record<string, { dev?: boolean; optional?: boolean }>
}

function listAfter(pattern: RegExp): string[] {
  const [, list = '[]'] = pattern.exec(dockerfile) ?? []
  return JSON.parse(list)
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { repositoryRoot } from '../../infra/constructs/repository-root.ts'
import { imageFlags } from './image-layout.ts'
import { appUnderTest } from './synthesised-app.ts'

const requirements = readFileSync(join(repositoryRoot, 'gpu-service/cuda-requirements.txt'), 'utf8')
const dockerfile = readFileSync(join(repositoryRoot, 'gpu-service/Dockerfile'), 'utf8')

describe('the GPU image', () => {
  it('uses the CUDA provider of the same onnxruntime version as npm', () => {
    const { dependencies } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'))
    expect(requirements).toContain(`onnxruntime-gpu==${dependencies['onnxruntime-node']} `)
  })

  it('installs only packages with a known hash', () => {
    const packages = requirements.match(/^[\w-]+==.*(\n\s+.*)*/gm) ?? []
    expect(packages.length).toBeGreaterThan(0)
    for (const entry of packages) expect(entry).toMatch(/--hash=sha256:[0-9a-f]{64}$/)
    expect(dockerfile).toContain('--require-hashes')
    expect(dockerfile).toContain('--ignore-scripts')
  })

  it('has the image decoder for its platform, pinned by hash', () => {
    const { packages } = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8'))
    const sharp = packages['node_modules/sharp']
    for (const name of ['@img/sharp-linux-x64', '@img/sharp-libvips-linux-x64']) {
      const locked = packages[`node_modules/${name}`]
      expect(locked).toMatchObject({ os: ['linux'], cpu: ['x64'], libc: ['glibc'] })
      expect(locked.version).toBe(sharp.optionalDependencies[name])
      expect(locked.integrity).toMatch(/^sha512-/)
      expect(locked.dev).toBeUndefined()
    }
    // It needs no install script, which the image would not run, and the build checks that it works.
    expect(sharp.hasInstallScript).toBeUndefined()
    expect(dockerfile).toContain("import sharp from 'sharp'")
  })

  it('runs as an unprivileged user', () => {
    expect(dockerfile.match(/^USER .*$/gm)).toEqual(['USER 1000:1000'])
    for (const image of ['cpu', 'cuda']) expect(dockerfile).toContain(`FROM base AS ${image}\n`)
  })

  it('runs on the Node version of the tests', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'))
    expect(dockerfile).toContain(`ARG NODE_BASE=node:${devDependencies.node}-bookworm-slim\n`)
    expect(dockerfile.match(/^FROM .*$/gm)?.filter((line) => !/^FROM (?:\$\{\w+\}|base) AS /.test(line))).toEqual([])
  })

  it('starts Node with the flags of npm start, so that both serve alike', () => {
    const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'))
    expect(imageFlags.length).toBeGreaterThan(0)
    expect(scripts.start).toBe(`node ${imageFlags.join(' ')} infra/local/start.ts`)
  })

  it('includes CUDA only in the GPU variant, which is the default', () => {
    const [, cpu = '', cuda = ''] = dockerfile.split(/^FROM base AS \w+$/m)
    expect(cpu).not.toMatch(/cuda/i)
    expect(cuda).toContain('COPY --from=cuda-packages /cuda/provider')
    expect(cuda).not.toContain('\nFROM ')
  })

  it("is built from the service's code only", () => {
    const { app } = appUnderTest()
    const assembly = app.synth()
    const assets: { dockerImages?: Record<string, { source: { directory: string } }> } = JSON.parse(
      readFileSync(join(assembly.directory, 'Gpu.assets.json'), 'utf8'),
    )
    const [image] = Object.values(assets.dockerImages ?? {})
    const folder = join(assembly.directory, image?.source.directory ?? '')
    const files = readdirSync(folder).filter((name) => name !== '.dockerignore')
    expect(files.toSorted()).toEqual(['gpu-service', 'package-lock.json', 'package.json', 'shared'])
  })
})

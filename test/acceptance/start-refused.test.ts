import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runLocalHost } from '../support/local-host.ts'
import { start } from './started-host.ts'

describe('npm start', () => {
  it('says that the data folder is in use, and by which server', async () => {
    const host = await start({ parameters: ['--no-sample'] })
    const { code, said } = await runLocalHost({ SLIPWAY_DATA: host.dataDir })
    expect(code).toBe(1)
    expect(said).toContain('already')
    expect(said).toContain(host.url)
  })

  it('says that the port is in use, and how to choose another', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as { port: number }
    const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
    const { code, said } = await runLocalHost({ PORT: String(port), SLIPWAY_DATA: folder })
    holder.close()
    await rm(folder, { recursive: true })
    expect(code).toBe(1)
    expect(said).toContain(`Port ${port} is already in use`)
    expect(said).toContain('PORT=')
  })

  it('names every wrong setting', async () => {
    const { code, said } = await runLocalHost({ PORT: 'eight', HF_ENDPOINT: 'nowhere' })
    expect(code).toBe(1)
    expect(said).toContain('PORT')
    expect(said).toContain('HF_ENDPOINT')
  })

  it('refuses its own address as the Hub to pull from', async () => {
    const { code, said } = await runLocalHost({ PORT: '8000', HF_ENDPOINT: 'http://localhost:8000' })
    expect(code).toBe(1)
    expect(said).toContain('HF_ENDPOINT')
  })

  it('says what is wrong if DynamoDB does not answer, its file is damaged, or the data folder is a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
    const unreachable = await runLocalHost({ SLIPWAY_DATA: folder, SLIPWAY_DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' })
    expect(unreachable).toMatchObject({ code: 1, said: expect.stringContaining('SLIPWAY_DYNAMODB_ENDPOINT') })
    await writeFile(join(folder, 'dynamodb.sqlite'), 'no database')
    const damaged = await runLocalHost({ SLIPWAY_DATA: folder })
    expect(damaged).toMatchObject({ code: 1, said: expect.stringContaining('dynamodb.sqlite') })
    const file = await runLocalHost({ SLIPWAY_DATA: join(folder, 'lock.sqlite') })
    expect(file).toMatchObject({ code: 1, said: expect.stringContaining('SLIPWAY_DATA') })
    await rm(folder, { recursive: true, force: true })
  })
})

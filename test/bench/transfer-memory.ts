import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type LocalHost, startLocalHost } from '../support/local-host.ts'

const mebibyte = 1024 ** 2

interface TransferFigures {
  sizeBytes: number
  upload: Phase
  download: Phase
}

interface Phase {
  seconds: number
  /** The server's peak memory during the phase. */
  rssMaxBytes: number
}

/** Uploads one large file to the local host in parts, like Hub clients, and downloads it again. */
export async function measureTransfer({ sizeBytes }: { sizeBytes: number }): Promise<TransferFigures> {
  const host = await startLocalHost({ parameters: ['--no-sample'] })
  try {
    const repo = 'bench/large'
    await post(host, '/api/repos/create', { name: 'large', organization: 'bench' })
    const oid = await hashOf(sizeBytes)
    const upload = await watched(host, () => uploadInParts({ host, repo, oid, sizeBytes }))
    const download = await watched(host, async () => {
      const answer = await fetch(`${host.url}/${repo}/resolve/main/large.safetensors`, { headers: keyOf(host) })
      const hash = createHash('sha256')
      for await (const chunk of answer.body ?? []) hash.update(chunk as Uint8Array)
      if (hash.digest('hex') !== oid) throw new Error('other bytes came back')
    })
    return { sizeBytes, upload, download }
  } finally {
    await host.close()
  }
}

/** The figures as text. */
export const describeTransfer = ({ sizeBytes, ...phases }: TransferFigures): string[] =>
  Object.entries(phases).map(([name, { seconds, rssMaxBytes }]) => {
    const speed = Math.round(sizeBytes / mebibyte / seconds)
    return `${name} of ${sizeBytes / mebibyte} MiB: ${speed} MiB/s, ${Math.round(rssMaxBytes / 1e6)} MB of memory at most`
  })

const keyOf = ({ key }: LocalHost) => ({ authorization: `Bearer ${key}` })

async function post(host: LocalHost, path: string, body: unknown): Promise<unknown> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const headers = { ...keyOf(host), 'content-type': 'application/json' }
  const answer = await fetch(new URL(path, host.url), { method: 'POST', headers, body: text })
  if (!answer.ok) throw new Error(`${path} answered ${answer.status} ${await answer.text()}`)
  return answer.json()
}

async function uploadInParts({ host, repo, oid, sizeBytes }: Upload) {
  const batch = { operation: 'upload', transfers: ['basic', 'multipart'], objects: [{ oid, size: sizeBytes }] }
  const { objects } = (await post(host, `/${repo}.git/info/lfs/objects/batch`, batch)) as BatchAnswer
  const { href, header } = objects[0]?.actions.upload ?? { href: '', header: {} }
  const partBytes = Number(header.chunk_size)
  const numbers = Object.keys(header).filter((name) => /^\d+$/.test(name))
  const parts: { partNumber: number; etag: string }[] = []
  // Three at once, because clients send several.
  for (let at = 0; at < numbers.length; at += 3) {
    const sent = numbers.slice(at, at + 3).map(async (number) => {
      const start = (Number(number) - 1) * partBytes
      const etag = await put(header[number] ?? '', start, Math.min(partBytes, sizeBytes - start))
      return { partNumber: Number(number), etag }
    })
    parts.push(...(await Promise.all(sent)))
  }
  await post(host, href, { oid, parts })
  const lines = [
    { key: 'header', value: { summary: 'a large file' } },
    { key: 'lfsFile', value: { path: 'large.safetensors', algo: 'sha256', oid, size: sizeBytes } },
  ]
  await post(host, `/api/models/${repo}/commit/main`, lines.map((line) => JSON.stringify(line)).join('\n'))
}

interface Upload {
  host: LocalHost
  repo: string
  oid: string
  sizeBytes: number
}

interface BatchAnswer {
  objects: { actions: { upload: { href: string; header: Record<string, string> } } }[]
}

function put(href: string, start: number, sizeBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const sending = request(href, { method: 'PUT', headers: { 'content-length': sizeBytes } }, (answer) => {
      answer.resume()
      if (answer.statusCode === 200) resolve(answer.headers.etag ?? '')
      else reject(new Error(`a part was answered with ${answer.statusCode}`))
    })
    sending.on('error', reject)
    Readable.from(bytesFrom(start, sizeBytes)).pipe(sending)
  })
}

/** Every mebibyte begins with its number, so that all differ. */
function* bytesFrom(start: number, sizeBytes: number): Generator<Buffer> {
  for (let at = start; at < start + sizeBytes; at += mebibyte) {
    const chunk = Buffer.alloc(Math.min(mebibyte, start + sizeBytes - at))
    chunk.writeUInt32BE(at / mebibyte)
    yield chunk
  }
}

async function hashOf(sizeBytes: number): Promise<string> {
  const hash = createHash('sha256')
  for (const chunk of bytesFrom(0, sizeBytes)) hash.update(chunk)
  return hash.digest('hex')
}

async function watched({ dataDir }: LocalHost, work: () => Promise<void>): Promise<Phase> {
  const { pid } = JSON.parse(await readFile(join(dataDir, 'running.json'), 'utf8')) as { pid: number }
  let rssMaxBytes = 0
  const look = async () => {
    const [, kilobytes = '0'] = /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
    rssMaxBytes = Math.max(rssMaxBytes, Number(kilobytes) * 1024)
  }
  const looking = setInterval(() => void look().catch(() => {}), 50)
  const started = performance.now()
  try {
    await look()
    await work()
    await look()
  } finally {
    clearInterval(looking)
  }
  return { seconds: (performance.now() - started) / 1000, rssMaxBytes }
}

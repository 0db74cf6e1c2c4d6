import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePerson, type Person } from '../support/people.ts'
import { type PythonHub, pythonHub } from '../support/python-hub.ts'
import { startTarget, type Target } from './target.ts'

const script = fileURLToPath(new URL('hub-python-write.py', import.meta.url))
const largeBytes = 100 * 1024 ** 2

/** How many upload bodies the host itself received; a deployed stack sends them to its bucket. */
async function partsSent(): Promise<number> {
  const { body } = await target.anonymous.get('/metrics')
  const lines = (body as string).split('\n').filter((line) => /^http_requests_total\{method="PUT".*uploads/.test(line))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

let target: Target
let ada: Person
let bob: Person
beforeAll(async () => {
  target = await startTarget()
  ada = await makePerson(target.api, { name: 'ada' })
  bob = await makePerson(target.api, { name: 'bob' })
})
afterAll(() => target.close())

describe.each(['huggingface_hub==0.36.0', 'huggingface_hub>=1.33,<2', 'huggingface_hub>=2.4,<3'])(
  '%s',
  (requirement) => {
    let client: PythonHub | { reason: string }
    let home: string
    beforeAll(async () => {
      client = await pythonHub(requirement)
      home = await mkdtemp(join(tmpdir(), 'slipway-hf-home-'))
    })
    afterAll(() => rm(home, { recursive: true, force: true }))

    const environmentOf = (person: Person) => ({
      HOME: home,
      HF_HOME: join(home, person.username),
      HF_ENDPOINT: target.api.url,
      HF_TOKEN: person.key,
      HF_HUB_DISABLE_XET: '1',
      HF_HUB_DISABLE_TELEMETRY: '1',
      HF_HUB_DISABLE_PROGRESS_BARS: '1',
      HF_HUB_DISABLE_UPDATE_CHECK: '1',
      NO_COLOR: '1',
    })
    const usable = (skip: (reason: string) => never): PythonHub => ('reason' in client ? skip(client.reason) : client)
    const newRepo = () => `${ada.username}/pushed-${randomBytes(3).toString('hex')}`

    it('pushes, reads back, branches, tags, moves and deletes, including a file of 100 MB', async ({ skip }) => {
      const { python } = usable(skip)
      const repo = newRepo()
      const partsBefore = await partsSent()
      const said = JSON.parse(await python([script, 'write', repo, String(largeBytes)], environmentOf(ada)))
      if (target.host !== undefined) expect((await partsSent()) - partsBefore).toBeGreaterThan(1)
      expect(said).toMatchObject({
        url: `${target.api.url}/${repo}`,
        again: `${target.api.url}/${repo}`,
        twice: ['HfHubHTTPError'],
        first: expect.stringMatching(/^[0-9a-f]{40}$/),
        loaded: said.sha256,
        snapshot: expect.arrayContaining(['README.md', 'config.json', 'weights']),
        stale: ['HfHubHTTPError', true],
        afterSwap: expect.arrayContaining(['vocab.txt', 'weights/model.safetensors']),
        branchTwice: ['HfHubHTTPError'],
        tagTwice: ['HfHubHTTPError'],
        branches: ['dev', 'main'],
        tags: { v1: said.first },
        refsAfter: [['main'], []],
        moved: [`${repo}-moved`, `${repo}-moved`],
        whoami: ada.username,
        listed: [`${repo}-moved`],
        rows: 'a,b\n1,2\n',
        deleted: ['RepositoryNotFoundError'],
        deletedAgain: ['RepositoryNotFoundError'],
      })
      expect(said.overview).toBe(ada.username)
      if (said.stored !== undefined) expect(said.stored).toContainEqual([`${repo}-moved`, 'model'])
      expect(said.uploadedAgain).toBe(said.first)
      expect(said.afterSwap).not.toContain('notes/hello.txt')
      expect(said.afterDelete.filter((path: string) => path !== '.gitattributes')).toEqual(['README.md', 'config.json'])
      expect(said.devFiles).toEqual(expect.arrayContaining(['dev.txt', 'weights/model.safetensors']))
      expect(said.mainFiles).not.toContain('dev.txt')
      expect(said.commits.at(-1)).toBeDefined()
      expect(said.commits).toEqual(expect.arrayContaining(['All of it', 'Swap']))
      expect(said.pullRequest).not.toEqual([])
    })

    it('uploads copies of one large file and a card alone, and is told why a deleted name is taken', async ({
      skip,
    }) => {
      const { python } = usable(skip)
      const said = JSON.parse(await python([script, 'again', newRepo(), String(largeBytes)], environmentOf(ada)))
      const isJudgedHere = /huggingface_hub>=2/.test(requirement)
      expect([said.copies, said.card]).toEqual([[], isJudgedHere ? [] : undefined])
      expect(said.files).toEqual(expect.arrayContaining(['0.safetensors', '7.safetensors']))
      expect(said.files.includes('README.md')).toBe(isJudgedHere)
      expect(said.made[0]).toBe('HfHubHTTPError')
      expect(said.made.at(-1)).toContain('restored')
    })

    it('reads a repo that the platform created, before anything is pushed to it', async ({ skip }) => {
      const { python } = usable(skip)
      const repo = newRepo()
      const { body: made } = await ada.api.post('/api/v1/repos', { name: repo })
      const said = JSON.parse(await python([script, 'fresh', repo, ''], environmentOf(ada)))
      expect(said).toMatchObject({ snapshot: made.revision, files: [], commits: ['initial commit'] })
      for (const missing of [said.folder, said.file]) expect(missing).toContain('EntryNotFoundError')
    })

    it('pushes with the hf command, and downloads the same bytes', async ({ skip }) => {
      const { hf } = usable(skip)
      const repo = newRepo()
      const model = fileURLToPath(new URL('../fixtures/models/sklearn/digits-mlp', import.meta.url))
      await hf(['upload', repo, model, '--private'], environmentOf(ada))
      const folder = join(home, 'by-hf')
      await hf(['download', repo, 'model.onnx', '--local-dir', folder], environmentOf(ada))
      const sent = await readFile(join(model, 'model.onnx'))
      expect(sent.equals(await readFile(join(folder, 'model.onnx')))).toBe(true)
    })

    it("learns nothing about another user's private repo, and changes nothing there", async ({ skip }) => {
      const { python } = usable(skip)
      const repo = newRepo()
      expect((await ada.api.post('/api/repos/create', { name: repo.split('/')[1], private: true })).status).toBe(200)
      const said = JSON.parse(await python([script, 'foreign', repo, ada.username], environmentOf(bob)))
      for (const call of ['info', 'file', 'upload', 'delete'])
        expect([call, said[call]]).toEqual([call, ['RepositoryNotFoundError']])
      expect(said.create).toEqual(['HfHubHTTPError'])
      expect(said.wrong[0]).toContain('Invalid credentials in Authorization header')
      expect(said.listed).toEqual([])
      const { body } = await ada.api.get(`/api/models/${repo}`)
      expect(body).toMatchObject({ id: repo, private: true })
    })
  },
)

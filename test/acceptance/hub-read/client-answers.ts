import {
  checkRepoAccess,
  countCommits,
  downloadFile,
  fileExists,
  listCommits,
  listFiles,
  listModels,
  modelInfo,
  pathsInfo,
  repoExists,
  whoAmI,
} from '@huggingface/hub'
import { describe, expect, it } from 'vitest'
import { commit, failure, get, params, paths, repo, target } from './stored-files.ts'

/** What the Hub's JavaScript client reads. */
export function clientAnswers(): void {
  describe('@huggingface/hub', () => {
    it('gets the owner of its key', async () => {
      const me = await whoAmI(params)
      expect(me).toMatchObject({ type: 'user', orgs: [], auth: { type: 'access_token' } })
      expect(me.name).not.toBe('')
    })

    it('finds a model by name, with its contents', async () => {
      const info = await modelInfo({
        ...params,
        name: repo,
        additionalFields: ['sha', 'tags', 'filePaths', 'cardData'],
      })
      expect(info).toMatchObject({ name: repo, private: true, gated: false, task: 'fill-mask', sha: commit })
      expect(info.updatedAt.getTime()).toBeGreaterThan(0)
      expect(info.tags).toEqual(expect.arrayContaining(['acceptance', 'license:mit', 'fill-mask']))
      expect(info.filePaths.toSorted()).toEqual(paths)
      expect(info.cardData).toMatchObject({ license: 'mit' })
      expect((await modelInfo({ ...params, name: repo, revision: commit })).id).toBe(info.id)
    })

    it('lists files and folders, of the whole tree or of one folder', async () => {
      const all = await Array.fromAsync(listFiles({ ...params, recursive: true }))
      expect(
        all
          .filter(({ type }) => type === 'file')
          .map(({ path }) => path)
          .toSorted(),
      ).toEqual(paths)
      expect(all.filter(({ type }) => type === 'directory').map(({ path }) => path)).toEqual([
        'sub folder',
        'sub folder/deeper',
        'weights',
      ])
      const top = await Array.fromAsync(listFiles(params))
      expect(top.map(({ path }) => path)).toEqual(
        expect.arrayContaining(['sub folder', 'sub-folder.txt', 'weights', 'README.md']),
      )
      expect(top).toHaveLength(8)
      const folder = await Array.fromAsync(listFiles({ ...params, path: 'sub folder', revision: 'refs/heads/main' }))
      expect(folder.map(({ type, path }) => `${type} ${path}`).toSorted()).toEqual([
        'directory sub folder/deeper',
        'file sub folder/näme one.txt',
      ])
      const [expanded] = await Array.fromAsync(listFiles({ ...params, path: 'weights', expand: true }))
      expect(expanded).toMatchObject({ size: 3_000_001, lfs: { size: 3_000_001 }, lastCommit: { id: commit } })
      expect(JSON.stringify(all)).not.toContain('xetHash')
    })

    it('learns which files exist and which do not', async () => {
      expect(await fileExists({ ...params, path: 'config.json' })).toBe(true)
      expect(await fileExists({ ...params, path: 'nothing.json' })).toBe(false)
      expect(await downloadFile({ ...params, path: 'nothing.json' })).toBeNull()
      const found = await pathsInfo({ ...params, paths: ['config.json', 'nothing', 'sub folder'], expand: true })
      expect(found.map(({ type, path }) => `${type} ${path}`)).toEqual(['file config.json', 'directory sub folder'])
      expect(found[0]?.lastCommit.id).toBe(commit)
    })

    it('lists the commits, newest first and in pages', async () => {
      const commits = await Array.fromAsync(listCommits({ ...params, batchSize: 1 }))
      expect(commits).toHaveLength(2)
      expect(commits[0]?.oid).toBe(commit)
      expect(await countCommits(params)).toBe(2)
      const older = commits[1]?.oid ?? ''
      expect(await fileExists({ ...params, revision: older, path: 'late.txt' })).toBe(false)
      expect(await Array.fromAsync(listCommits({ ...params, revision: older }))).toHaveLength(1)
    })

    it('lists models by owner, task, tag and part of a name, in pages', async () => {
      const names = async (search: NonNullable<Parameters<typeof listModels>[0]>['search'], limit?: number) =>
        (await Array.fromAsync(listModels({ ...params, search: search ?? {}, ...(limit && { limit }) }))).map(
          ({ name }) => name,
        )
      expect(await names({ owner: 'acme' })).toEqual([repo, 'acme/tiny-embedder'])
      expect(await names({})).toEqual(expect.arrayContaining([repo, 'acme/tiny-embedder']))
      expect(await names({}, 1)).toEqual([repo])
      expect(await names({ query: 'EMBED' })).toEqual(['acme/tiny-embedder'])
      expect(await names({ owner: 'nobody' })).toEqual([])
      expect(await names({ owner: 'acme', task: 'fill-mask' })).toEqual([repo])
      expect(await names({ tags: ['license:mit', 'acceptance'] })).toEqual([repo])
      expect(await names({ tags: ['license:gpl'] })).toEqual([])
      const refused = await failure(names({ inferenceProviders: ['x' as never] }))
      expect(refused).toMatchObject({ statusCode: 400, message: expect.stringContaining('pipeline_tag') })
    })

    it('follows pages on this server', async () => {
      const first = await get('/api/models?limit=1&author=acme')
      expect(await first.json()).toHaveLength(1)
      const [, next = ''] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? []
      expect(next.startsWith(`${target.api.url}/api/models?limit=1&author=acme&cursor=`)).toBe(true)
      const second = await get(next.slice(target.api.url.length))
      expect(await second.json()).toMatchObject([{ id: 'acme/tiny-embedder' }])
      expect(second.headers.get('link')).toBeNull()
    })

    it('gets clear errors for what is missing', async () => {
      await checkRepoAccess(params)
      expect(await repoExists(params)).toBe(true)
      expect(await repoExists({ ...params, repo: 'acme/none' })).toBe(false)
      expect(await failure(checkRepoAccess({ ...params, repo: 'acme/none' }))).toMatchObject({
        statusCode: 404,
        message: expect.stringContaining('acme/none'),
      })
      expect(await failure(modelInfo({ ...params, name: repo, revision: 'nowhere' }))).toMatchObject({
        statusCode: 404,
        message: expect.stringContaining('nowhere'),
      })
      const wrongKey = { ...params, accessToken: `hf_${'x'.repeat(43)}` }
      expect(await failure(whoAmI(wrongKey))).toMatchObject({ statusCode: 401 })
      const { accessToken: _, ...anonymous } = params
      const refused = await failure(checkRepoAccess(anonymous))
      expect(refused).toMatchObject({ statusCode: 401, message: expect.stringContaining('Bearer hf_') })
    })
  })
}

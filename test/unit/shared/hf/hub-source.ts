import { buffer } from 'node:stream/consumers'
import { expect, onTestFinished } from 'vitest'
import { createHfSource, type HfSourceOptions } from '../../../../shared/hf/hf.ts'
import { type OpenRequest, SourceError, type SourceFile } from '../../../../shared/hf/source.ts'
import type { Fault } from '../../../support/hub/faults.ts'
import { type Hub, type HubOptions, startHub } from '../../../support/hub/start-hub.ts'
import { files, repo, token, weights } from './hub-files.ts'

/** A hub that holds `files` and ends with the test. */
export async function startWith(options: HubOptions = {}): Promise<Hub> {
  const hub = await startHub({ repos: { [repo]: { files, tags: ['dev/v1'] } }, pageSize: 3, ...options })
  onTestFinished(() => hub.close())
  return hub
}
export const startUnder = (...faults: Fault[]) => startWith({ token, faults })

export const sourceOf = (hub: Hub, extra: Partial<HfSourceOptions> = {}) =>
  createHfSource({ endpoint: hub.url, repo, ref: 'main', token, ...extra })

/** The error of `work`, which must not quote a secret. */
export async function failureOf(work: Promise<unknown>): Promise<SourceError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(SourceError)
  const failure = error as SourceError
  expect(failure.message).not.toMatch(/Signature|Expires|hf_secret_token/)
  return failure
}
export const listFailure = (hub: Hub, extra: Partial<HfSourceOptions> = {}) => failureOf(sourceOf(hub, extra).list({}))

/** A file as the hub lists it. */
export async function listed(hub: Hub, path: string): Promise<Pick<OpenRequest, 'file' | 'revision'>> {
  const { revision, files: all } = await sourceOf(hub).list({})
  const file = all.find((one) => one.path === path)
  if (file === undefined) throw new Error(`${path} is not listed`)
  return { file, revision }
}

/** A file as a listing would return it, so that a fault affects nothing but `open`. */
export const pinned = (hub: Hub, file: SourceFile = { path: weights.path, sizeBytes: 300_000 }) => ({
  file,
  revision: hub.commitOf(repo),
  start: 0,
  end: file.sizeBytes - 1,
})
export const read = async (hub: Hub, request: OpenRequest, extra: Partial<HfSourceOptions> = {}) =>
  buffer(await sourceOf(hub, extra).open(request))
export const readFailure = (hub: Hub, request: OpenRequest = pinned(hub), extra: Partial<HfSourceOptions> = {}) =>
  failureOf(read(hub, request, extra))

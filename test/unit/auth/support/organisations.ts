import { beforeAll } from 'vitest'
import type { Person } from './auth-host.ts'
import { host, useAuthHost } from './use-auth-host.ts'

export let ada: Person
export let grace: Person
export let eve: Person
let count = 0

/** For a file of tests: a host with three users. */
export function usePeople(): void {
  useAuthHost()
  beforeAll(async () => {
    ;[ada, grace, eve] = await Promise.all([host.person('Ada'), host.person('grace'), host.person('eve')])
  })
}

export const create = (by: Person, name: string) =>
  host.ask('/api/v1/owners', { token: by.accessToken, json: { name } })
export const newOrganisation = async (by = ada) => {
  const name = `org-${count++}`
  if ((await create(by, name)).status !== 201) throw new Error('no organisation')
  return name
}
export const get = (by: Person, path: string) => host.ask(`/api/v1/owners/${path}`, { token: by.accessToken })
export const set = (by: Person, owner: string, who: Person, role: string) =>
  host.ask(`/api/v1/owners/${owner}/members/${who.username}`, { method: 'PUT', token: by.accessToken, json: { role } })
export const remove = (by: Person, path: string) =>
  host.ask(`/api/v1/owners/${path}`, { method: 'DELETE', token: by.accessToken })

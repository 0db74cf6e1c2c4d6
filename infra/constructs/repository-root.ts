import { resolve } from 'node:path'

/** The root of the repository, from which the code of every deployable is taken. */
export const repositoryRoot = resolve(import.meta.dirname, '../..')

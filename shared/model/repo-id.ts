import { errors } from '../errors.ts'

/** One part of a repo's name, by the Hub's rules: letters, digits, `-`, `_`, `.`; no `--`, no `..`. */
const segment = String.raw`(?![^/]*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?`

export const ownerPattern = new RegExp(`^${segment}$`)
export const repoIdPattern = new RegExp(`^${segment}/(?!.*\\.git$)${segment}$`)

export const isRepoId = (text: string): boolean => repoIdPattern.test(text)

/** @throws AppError `invalid_request` naming the rule. */
export function parseRepoId(text: string, param = 'repo'): string {
  if (isRepoId(text)) return text
  throw errors.invalidRequest(
    `"${text.slice(0, 200)}" is not a repo name. It is "owner/name": letters, digits, "-", "_" and ".", at most 96 characters each, without ".." or "--".`,
    param,
  )
}

/** A branch, tag, alias or version: letters, digits, `-`, `_`, `.`, `/`, within git's rules. */
export const refPattern = /^(?!.*(?:\.\.|\/\/|\.lock(?:\/|$)))[A-Za-z0-9_](?:[A-Za-z0-9._/-]{0,126}[A-Za-z0-9_-])?$/

export const isRefName = (text: string): boolean => refPattern.test(text)

export function parseRefName(text: string, param = 'ref'): string {
  if (isRefName(text)) return text
  throw errors.invalidRequest(
    `"${text.slice(0, 200)}" is not a ref name. Use letters, digits, "-", "_", "." and "/", at most 128 characters, without "..".`,
    param,
  )
}

export const isRevisionId = (text: string): boolean => /^[0-9a-f]{40}$/.test(text)

/** A deployment's name is one DNS label, so that it can become a host name: `iris`, `team-minilm-v2`. */
export const deploymentPattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

export const isDeploymentName = (text: string): boolean => deploymentPattern.test(text)

import type { Names } from './names.ts'
import type { RouteRow } from './route-row.ts'

/** Calls a route about these names, and keeps what tells one answer from another. */
export async function ask(url: string, [route, { call }]: [string, RouteRow], names: Names, token?: string) {
  const [named = ''] = route.split(' ')
  const method = named === 'ALL' ? 'DELETE' : named
  const { path, json, text, isJson } = call(names)
  const body = text ?? (json === undefined ? undefined : JSON.stringify(json))
  const type = text === undefined || isJson === true ? 'application/json' : 'application/x-ndjson'
  const answer = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && { body }),
  })
  const { status, headers } = answer
  const told = ['x-error-code', 'x-error-message', 'www-authenticate', 'x-repo-commit'].map((name) => headers.get(name))
  return { status, told, isInjected: headers.has('x-injected'), text: await answer.text() }
}

/** What is left of an answer when nothing of it says what was asked for. */
export function withoutNames(answer: Awaited<ReturnType<typeof ask>>, names: Names): string {
  const told = JSON.stringify(answer).replace(/requestId\\":\\"[^"]+"/, '')
  return Object.values(names)
    .filter((name) => name !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, name) => text.replaceAll(name, 'NAME'), told)
}

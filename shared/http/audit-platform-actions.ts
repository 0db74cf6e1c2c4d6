import type { ActionPattern } from './audit-actions.ts'
import type { DescribedRoute } from './route-access.ts'

/** The actions of the platform's own API are called after its routes: `createRepo` is `repo.create`. */
export const actionsOf = (routes: Record<string, DescribedRoute>): ActionPattern[] =>
  Object.entries(routes)
    .map(([name, { method, path }]) => ({ method: method.toUpperCase(), path, action: actionNamed(name) }))
    .filter(({ method }) => method !== 'GET' && method !== 'HEAD')
    // What is exact goes before what holds a parameter: `/x/new` before `/x/{id}`.
    .sort((one, other) => Number(one.path.includes('{')) - Number(other.path.includes('{')))

function actionNamed(route: string): string {
  const [, verb = route, noun = ''] = /^([a-z]+)(\w*)$/.exec(route) ?? []
  return noun === '' ? `auth.${verb}` : `${noun.charAt(0).toLowerCase()}${noun.slice(1)}.${verb}`
}

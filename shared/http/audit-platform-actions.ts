import type { ActionPattern } from './audit-actions.ts'
import type { DescribedRoute } from './route-access.ts'

/** Derives the action's name from the route's: `createRepo` becomes `repo.create`. */
export const actionsOf = (routes: Record<string, DescribedRoute>): ActionPattern[] =>
  Object.entries(routes)
    .map(([name, { method, path }]) => ({ method: method.toUpperCase(), path, action: actionNamed(name) }))
    .filter(({ method }) => method !== 'GET' && method !== 'HEAD')
    // Fixed paths come before parameters: `/x/new` before `/x/{id}`.
    .sort((one, other) => Number(one.path.includes('{')) - Number(other.path.includes('{')))

function actionNamed(route: string): string {
  const [, verb = route, noun = ''] = /^([a-z]+)(\w*)$/.exec(route) ?? []
  return noun === '' ? `auth.${verb}` : `${noun.charAt(0).toLowerCase()}${noun.slice(1)}.${verb}`
}

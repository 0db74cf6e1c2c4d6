import type { ChangeDeployment, CreateDeployment, Deployment } from '../contract/deployment.ts'
import { type Page, type PageRequest, queryOf, type Send } from './request.ts'

export function deploymentClient(send: Send) {
  const addressOf = (name: string) => `/api/v1/deployments/${encodeURIComponent(name)}`
  const told = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    (await send<Deployment>(method, path, body, headers)).answer
  return {
    createDeployment: (wanted: CreateDeployment) => told('POST', '/api/v1/deployments', wanted),
    getDeployment: (name: string) => told('GET', addressOf(name)),
    listDeployments: async (request?: PageRequest) =>
      (await send<Page<Deployment>>('GET', `/api/v1/deployments${queryOf(request ?? {})}`)).answer,
    /** Given a version, the change fails where somebody else changed the deployment since. */
    changeDeployment: (name: string, change: ChangeDeployment, version?: number) =>
      told('PATCH', addressOf(name), change, version === undefined ? undefined : { 'if-match': `"${version}"` }),
    pauseDeployment: (name: string) => told('POST', `${addressOf(name)}/pause`, {}),
    resumeDeployment: (name: string) => told('POST', `${addressOf(name)}/resume`, {}),
    deleteDeployment: async (name: string) => {
      await send('DELETE', addressOf(name))
    },
  }
}

import type { z } from 'zod'
import type {
  changeUser,
  createdInvitation,
  createInvitation,
  invitation,
  login,
  register,
  session,
  user,
} from '../contract/auth.ts'
import type { createOwner, member, owner, ownerSummary, setMember } from '../contract/owner.ts'
import { type Page, type PageRequest, queryOf, type Send } from './request.ts'

export type User = z.infer<typeof user>
export type Invitation = z.infer<typeof invitation>
type Member = z.infer<typeof member>

/** Users and invitations (for platform admins), organisations and their members. */
export function accountClient(send: Send) {
  const answer = async <Answer>(...request: Parameters<Send>): Promise<Answer> =>
    (await send<Answer>(...request)).answer
  const membersOf = (owner: string) => `/api/v1/owners/${encodeURIComponent(owner)}/members`
  const memberAt = (owner: string, username: string) => `${membersOf(owner)}/${encodeURIComponent(username)}`
  return {
    listUsers: (request: PageRequest = {}) => answer<Page<User>>('GET', `/api/v1/auth/users${queryOf(request)}`),
    login: (wanted: z.input<typeof login>) => answer<z.infer<typeof session>>('POST', '/api/v1/auth/login', wanted),
    /** Ends the session of the client's access token. */
    logout: () => answer<undefined>('POST', '/api/v1/auth/logout'),
    registerUser: (wanted: z.input<typeof register>) => answer<User>('POST', '/api/v1/auth/register', wanted),
    changeUser: (id: string, wanted: z.input<typeof changeUser>) =>
      answer<User>('PATCH', `/api/v1/auth/users/${encodeURIComponent(id)}`, wanted),
    listInvitations: (request: PageRequest = {}) =>
      answer<Page<Invitation>>('GET', `/api/v1/invitations${queryOf(request)}`),
    createInvitation: (wanted: z.input<typeof createInvitation>) =>
      answer<z.infer<typeof createdInvitation>>('POST', '/api/v1/invitations', wanted),
    deleteInvitation: (id: string) => answer<undefined>('DELETE', `/api/v1/invitations/${encodeURIComponent(id)}`),
    listOwners: (request: PageRequest = {}) =>
      answer<Page<z.infer<typeof ownerSummary>>>('GET', `/api/v1/owners${queryOf(request)}`),
    createOwner: (wanted: z.input<typeof createOwner>) =>
      answer<z.infer<typeof owner>>('POST', '/api/v1/owners', wanted),
    deleteOwner: (name: string) => answer<undefined>('DELETE', `/api/v1/owners/${encodeURIComponent(name)}`),
    listMembers: (owner: string, request: PageRequest = {}) =>
      answer<Page<Member>>('GET', `${membersOf(owner)}${queryOf(request)}`),
    setMember: (owner: string, username: string, wanted: z.input<typeof setMember>) =>
      answer<Member>('PUT', memberAt(owner, username), wanted),
    removeMember: (owner: string, username: string) => answer<undefined>('DELETE', memberAt(owner, username)),
  }
}

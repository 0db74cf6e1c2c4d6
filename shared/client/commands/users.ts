import type { z } from 'zod'
import type { changeUser } from '../../contract/auth.ts'
import type { User } from '../account-client.ts'
import { type Command, CommandFailed, type Invocation, textOption, UsageError } from '../command.ts'
import { allPages } from '../request.ts'
import { printable, table } from '../terminal.ts'
import { formatAge } from '../units.ts'
import { newPassword, passwordOption } from './new-password.ts'
import { refuseOptions, runVerb, type Verb } from './verbs.ts'

export const users: Command = {
  summary: 'list, create and disable users (admins only)',
  usage: 'slipway users [VERB NAME …]',
  help: `Examples:
  slipway users
  slipway users add ada --email ada@example.com > password    with a generated password
  slipway users add ada --email ada@example.com --password-stdin < password
  slipway users role ada admin                                or member
  slipway users disable ada                                   refuses all keys and sessions at once
  slipway users enable ada
  slipway users password ada                                  sets a new, generated password

Options:
  --email ADDRESS     add: the e-mail address (required)
  --password-stdin    add, password: read the password from standard input instead of generating one

A generated password is printed once, alone on standard output. With it Ada logs in (POST /api/v1/auth/login) and
creates keys: SLIPWAY_API_KEY=<accessToken> slipway keys create NAME`,
  options: { email: { type: 'string' }, ...passwordOption },
  parameters: { min: 0, max: 3 },
  run: (invocation) => (invocation.parameters.length === 0 ? list(invocation) : runVerb('users', verbs, invocation)),
}

async function list(invocation: Invocation) {
  refuseOptions(invocation, { command: 'users', options: [] })
  const { client, terminal, json } = invocation
  const all = await allPages((cursor) => client.listUsers({ limit: 100, cursor }))
  if (json) return terminal.out(`${JSON.stringify(all)}\n`)
  const now = new Date()
  const rows = all.map(({ username, email, role, createdAt, disabledAt }) => [
    username,
    email ?? '-',
    role,
    formatAge(createdAt, now),
    disabledAt === undefined ? '' : `disabled ${formatAge(disabledAt, now)}`,
  ])
  terminal.out(table(['USER', 'E-MAIL', 'ROLE', 'CREATED', ''], rows))
}

const changing = (wanted: z.input<typeof changeUser>, said: string): Verb => ({
  takes: ['the name of a user'],
  run: (invocation, [name = '']) => change(invocation, name, wanted, said),
})

const verbs: Record<string, Verb> = {
  add: {
    takes: ['a name for it'],
    options: ['email', 'password-stdin'],
    async run(invocation, [username = '']) {
      const email = textOption(invocation, 'email')
      if (email === undefined) throw new UsageError('--email is missing')
      const { password, isMade } = await newPassword(invocation)
      const made = await invocation.client.registerUser({ username, email, password })
      tell(invocation, made, `${made.username} is created`, isMade ? password : undefined)
    },
  },
  role: {
    takes: ['the name of a user', 'admin or member'],
    run(invocation, [name = '', role]) {
      if (role !== 'admin' && role !== 'member') throw new UsageError('a user is an admin or a member of this platform')
      return change(invocation, name, { role }, `is ${role === 'admin' ? 'an admin' : 'a member'} now`)
    },
  },
  disable: changing({ disabled: true }, 'is disabled'),
  enable: changing({ disabled: false }, 'is enabled again'),
  password: {
    takes: ['the name of a user'],
    options: ['password-stdin'],
    async run(invocation, [name = '']) {
      const { password, isMade } = await newPassword(invocation)
      const { id } = await userNamed(invocation, name)
      const changed = await invocation.client.changeUser(id, { newPassword: password })
      tell(
        invocation,
        changed,
        `${changed.username} has a new password; all sessions are ended`,
        isMade ? password : undefined,
      )
    },
  },
}

async function change(invocation: Invocation, name: string, wanted: z.input<typeof changeUser>, said: string) {
  const { id } = await userNamed(invocation, name)
  const changed = await invocation.client.changeUser(id, wanted)
  tell(invocation, changed, `${changed.username} ${said}`)
  if (wanted.disabled && !invocation.json)
    invocation.terminal.err(
      `to let ${printable(changed.username)} in again: slipway users enable ${changed.username}\n`,
    )
}

/** A generated password is alone on standard output, so that a script can store it. */
function tell({ terminal, json }: Invocation, answer: User, said: string, password?: string) {
  if (json) return terminal.out(`${JSON.stringify({ ...answer, ...(password !== undefined && { password }) })}\n`)
  if (password === undefined) return terminal.out(`${printable(said)}\n`)
  terminal.out(`${password}\n`)
  terminal.err(`${printable(said)}. The password is shown only once.\n`)
}

/** Finds a user's id, which the API needs because ids are never reused. */
async function userNamed({ client }: Invocation, name: string): Promise<User> {
  const all = await allPages((cursor) => client.listUsers({ limit: 100, cursor }))
  const found = all.find(({ username }) => username.toLowerCase() === name.toLowerCase())
  if (found === undefined) throw new CommandFailed(`there is no user "${printable(name)}". List them: slipway users`)
  return found
}

import { AppError } from './app-error.ts'

export const ownerErrors = {
  ownerNotFound: (owner: string) =>
    new AppError({
      code: 'owner_not_found',
      status: 404,
      message: `There is no user or organisation "${owner}", or you are not in it. "npx slipway usage" or GET /api/v1/owners lists yours.`,
    }),
  organisationNotEmpty: (name: string) =>
    new AppError({
      code: 'organisation_not_empty',
      status: 409,
      message: `"${name}" still has repos or deployments, or deleted repos that can be brought back, or bytes of them that the next collection gives back. Move or delete them first, and wait for that: GET /api/v1/usage tells what is left.`,
    }),
  notAnOrganisation: (name: string) =>
    new AppError({
      code: 'not_an_organisation',
      status: 409,
      message: `"${name}" is the namespace of a user: it has no members and stays as long as the user.`,
    }),
  memberNotFound: (owner: string, username: string) =>
    new AppError({ code: 'member_not_found', status: 404, message: `"${username}" is no member of "${owner}".` }),
  lastAdmin: (owner: string) =>
    new AppError({
      code: 'last_admin',
      status: 409,
      message: `This is the last admin of "${owner}". Make another member an admin first, or delete the organisation.`,
    }),
  nameReserved: (name: string, param: string) =>
    new AppError({
      code: 'name_reserved',
      status: 400,
      message: `The name "${name}" is kept for the platform itself. Choose another.`,
      param,
    }),
  limitedKey: () =>
    new AppError({
      code: 'limited_key',
      status: 403,
      message: 'This API key is for one owner or one repo only. Use a session, or a key without a limit.',
    }),
  beyondKeyLimit: (limit = 'one repo') =>
    new AppError({
      code: 'limited_key',
      status: 403,
      message: `This API key is for ${limit} only, and what you ask for lies outside of it. Ask with a session, or with a key that is not limited to ${limit}.`,
    }),
  keyOutlivesMaker: (validUntil: string) =>
    new AppError({
      code: 'key_outlives_maker',
      status: 403,
      message: `A key cannot be valid longer than the key that makes it, which ends at ${validUntil}.`,
      param: 'expiresInDays',
    }),
  beyondLimit: () =>
    new AppError({
      code: 'beyond_limit',
      status: 403,
      message:
        'The key that you use is for one owner or repo only, and so are the keys that it makes: send that as "limit".',
      param: 'limit',
    }),
  keyNotFound: (id: string) =>
    new AppError({ code: 'key_not_found', status: 404, message: `You have no API key "${id}".` }),
  ownKey: (id: string) =>
    new AppError({
      code: 'own_key',
      status: 409,
      message: `The key "${id}" is the one that you use now. Revoke it with another key that has the scope "admin".`,
    }),
}

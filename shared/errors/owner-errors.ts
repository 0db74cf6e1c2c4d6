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
      message: `"${name}" still has repos or deployments, or deleted repos that are not collected yet. Move or delete them first, and wait for the next collection: GET /api/v1/usage shows what is left.`,
    }),
  notAnOrganisation: (name: string) =>
    new AppError({
      code: 'not_an_organisation',
      status: 409,
      message: `"${name}" is the namespace of a user, so it has no members and cannot be deleted.`,
    }),
  memberNotFound: (owner: string, username: string) =>
    new AppError({ code: 'member_not_found', status: 404, message: `"${username}" is not a member of "${owner}".` }),
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
      message: `The name "${name}" is reserved for the platform. Choose another.`,
      param,
    }),
  limitedKey: () =>
    new AppError({
      code: 'limited_key',
      status: 403,
      message: 'This API key is limited to one owner or one repo. Use a session, or a key without a limit.',
    }),
  beyondKeyLimit: (limit = 'one repo') =>
    new AppError({
      code: 'limited_key',
      status: 403,
      message: `This API key is limited to ${limit}, and your request goes beyond it. Use a session, or a key that is not limited to ${limit}.`,
    }),
  keyOutlivesMaker: (validUntil: string) =>
    new AppError({
      code: 'key_outlives_maker',
      status: 403,
      message: `A key cannot be valid longer than the key that creates it, which expires at ${validUntil}.`,
      param: 'expiresInDays',
    }),
  beyondLimit: () =>
    new AppError({
      code: 'beyond_limit',
      status: 403,
      message:
        'Your key is limited to one owner or repo, so the keys that it creates must be, too: send the same "limit".',
      param: 'limit',
    }),
  keyNotFound: (id: string) =>
    new AppError({ code: 'key_not_found', status: 404, message: `You have no API key "${id}".` }),
  ownKey: (id: string) =>
    new AppError({
      code: 'own_key',
      status: 409,
      message: `The key "${id}" is the one you are using now. Revoke it with another key that has the scope "admin".`,
    }),
}

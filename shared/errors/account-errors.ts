import { AppError } from './app-error.ts'

export const accountErrors = {
  registrationClosed: () =>
    new AppError({
      code: 'registration_closed',
      status: 403,
      message: 'Registration is closed here. Ask an admin of this platform for an account.',
    }),
  /** For an admin, who can create accounts. */
  invitationsClosed: () =>
    new AppError({
      code: 'invitations_closed',
      status: 409,
      message:
        'Nobody could use an invitation here, because registration is closed. Create the account yourself, or start the server with SLIPWAY_REGISTRATION=invitation.',
    }),
  invitationNeeded: () =>
    new AppError({
      code: 'invitation_needed',
      status: 403,
      message: 'Registration is by invitation here: send "invitation". An admin of this platform can invite you.',
      param: 'invitation',
    }),
  invitationInvalid: () =>
    new AppError({
      code: 'invitation_invalid',
      status: 403,
      message: 'The invitation is unknown, used, expired, or for another e-mail address. Ask for a new one.',
      param: 'invitation',
    }),
  invitationNotFound: (id: string) =>
    new AppError({
      code: 'invitation_not_found',
      status: 404,
      message: `There is no open invitation "${id}".`,
    }),
  nameTaken: (name: string, param: string) =>
    new AppError({
      code: 'name_taken',
      status: 409,
      message: `A user or an organisation "${name}" already exists. Choose another name.`,
      param,
    }),
  emailTaken: () =>
    new AppError({
      code: 'email_taken',
      status: 409,
      message: 'An account with this e-mail address already exists. Log in with it.',
      param: 'email',
    }),
  weakPassword: (param: string) =>
    new AppError({
      code: 'weak_password',
      status: 400,
      message: 'The password must not be the username, the e-mail address, or a single repeated character.',
      param,
    }),
  wrongCredentials: () =>
    new AppError({
      code: 'wrong_credentials',
      status: 401,
      message: 'The user is unknown or the password is wrong.',
    }),
  accountDisabled: () =>
    new AppError({
      code: 'account_disabled',
      status: 403,
      message: 'This account is disabled. Ask an admin of this platform.',
    }),
  tooManyAttempts: (retryAfterSeconds: number) =>
    new AppError({
      code: 'too_many_attempts',
      status: 429,
      message: `Too many tries. Try again in ${Math.ceil(retryAfterSeconds)} s.`,
      retryable: true,
      retryAfterSeconds,
    }),
  busy: () =>
    new AppError({
      code: 'busy',
      status: 429,
      message: 'Too many passwords are being checked at once. Try again in a moment.',
      retryable: true,
      retryAfterSeconds: 1,
    }),
  sessionOver: () =>
    new AppError({
      code: 'session_over',
      status: 401,
      message: 'The refresh token is unknown, used or expired, or its session is over. Log in again.',
    }),
  wrongPassword: () =>
    new AppError({
      code: 'wrong_password',
      status: 403,
      message: 'The current password is wrong.',
      param: 'currentPassword',
    }),
  noPassword: () =>
    new AppError({
      code: 'no_password',
      status: 409,
      message: 'This account has no password; it can only be used with its API keys.',
    }),
  notASession: () =>
    new AppError({
      code: 'not_a_session',
      status: 400,
      message: 'An API key has no session to end. Send "refreshToken", or the access token of the session.',
    }),
  userNotFound: (name: string) =>
    new AppError({
      code: 'user_not_found',
      status: 404,
      message: `There is no user "${name}". An admin of the platform lists them with "npx slipway users".`,
    }),
  ownAccount: () =>
    new AppError({
      code: 'own_account',
      status: 409,
      message: 'Admins cannot disable or demote themselves, so that one always remains. Ask another admin.',
    }),
  adminOnly: () =>
    new AppError({ code: 'admin_only', status: 403, message: 'Only an admin of this platform may do this.' }),
}

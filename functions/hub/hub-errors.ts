import { AppError } from '../../shared/errors.ts'

/** Errors of the Hub protocol alone; the rest is in `shared/errors.ts`. */
export const hubErrors = {
  entryNotFound: (path: string, ref: string) =>
    new AppError({ code: 'entry_not_found', status: 404, message: `There is no "${path}" at "${ref}".` }),
  noOrganisation: (name: string) =>
    new AppError({ code: 'owner_not_found', status: 404, message: `"${name}" is a user, not an organisation.` }),
  kindNotServed: (kind: string) =>
    new AppError({
      code: 'repo_not_found',
      status: 404,
      message: `Slipway holds models and datasets; there are no ${kind} here.`,
    }),
  rangeNotSatisfiable: (sizeBytes: number) =>
    new AppError({
      code: 'range_not_satisfiable',
      status: 416,
      message: `The file has ${sizeBytes} bytes, and none in the range that was asked for.`,
    }),
  notAnswered: (parameter: string, ways: string) =>
    new AppError({
      code: 'invalid_request',
      status: 400,
      message: `The list of models cannot be asked for "${parameter}". ${ways}`,
      param: parameter,
    }),
}

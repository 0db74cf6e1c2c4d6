import { AppError } from './app-error.ts'

export const registryErrors = {
  repoNotFound: (repo: string) =>
    new AppError({
      code: 'repo_not_found',
      status: 404,
      message: `There is no repo "${repo}", or you may not see it. "npx slipway ls" lists the repos that you may see.`,
    }),
  revisionNotFound: (repo: string, ref: string) =>
    new AppError({
      code: 'revision_not_found',
      status: 404,
      message: `"${repo}" has no branch, tag, alias or revision "${ref}". "npx slipway show ${repo}" lists them.`,
    }),
  repoEmpty: (repo: string) =>
    new AppError({
      code: 'repo_empty',
      status: 404,
      message: `"${repo}" has no files on main yet. Push some first.`,
    }),
  importUnderWay: ({ target, pulledBy }: { target: string; pulledBy: string }) =>
    new AppError({
      code: 'import_under_way',
      status: 409,
      message: `"${target}" is still being imported. Try again when the import is complete; this command waits for it: ${pulledBy}`,
      retryable: true,
      retryAfterSeconds: 2,
    }),
  stillInspected: (target: string) =>
    new AppError({
      code: 'still_inspected',
      status: 409,
      message: `"${target}" is still being inspected. Try again in a moment.`,
      retryable: true,
      retryAfterSeconds: 1,
    }),
  importNotFound: (id: string) =>
    new AppError({ code: 'import_not_found', status: 404, message: `There is no import "${id}".` }),
  deploymentNotFound: (name: string) =>
    new AppError({
      code: 'deployment_not_found',
      status: 404,
      message: `There is no deployment "${name}". "npx slipway status" lists the deployments.`,
    }),
  deploymentExists: ({ name, target, url }: { name: string; target: string; url: string }) =>
    new AppError({
      code: 'deployment_exists',
      status: 409,
      message: `A deployment "${name}" already exists and serves ${target}. Change it with: npx slipway deploy … --name ${name} --update, or choose another name with --name.`,
      details: { url },
    }),
  deploymentNameTaken: (name: string) =>
    new AppError({
      code: 'deployment_exists',
      status: 409,
      message: `The name "${name}" is taken by a deployment of somebody else. Choose another name with --name.`,
      param: 'name',
    }),
  poolNotFound: (pool: string, pools: readonly string[]) =>
    new AppError({
      code: 'pool_not_found',
      status: 422,
      message: `There is no pool "${pool}". Available pools: ${pools.join(', ')}.`,
      param: 'pool',
    }),
  deploymentChanged: ({ name, is, expected }: { name: string; is: number; expected: number }) =>
    new AppError({
      code: 'precondition_failed',
      status: 412,
      message: `The deployment "${name}" is at version ${is}, not ${expected}: it was changed meanwhile. Read it again.`,
      details: { version: is },
    }),
}

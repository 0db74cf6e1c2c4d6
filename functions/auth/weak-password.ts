import { errors } from '../../shared/errors.ts'

/** Refuses passwords that are long enough but guessed first. @throws AppError `weak_password` */
export function refuseWeakPassword(
  password: string,
  { username, email, param }: { username: string; email?: string | undefined; param: string },
): void {
  const folded = password.toLowerCase()
  const isOwn = [username, email].some((name) => name?.toLowerCase() === folded)
  if (isOwn || new Set(folded).size < 3) throw errors.weakPassword(param)
}

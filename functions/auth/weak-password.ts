import { errors } from '../../shared/errors.ts'

/** What is long enough and still the first thing to try. @throws AppError `weak_password` */
export function refuseWeakPassword(
  password: string,
  { username, email, param }: { username: string; email?: string | undefined; param: string },
): void {
  const folded = password.toLowerCase()
  const isOwn = [username, email].some((name) => name?.toLowerCase() === folded)
  if (isOwn || new Set(folded).size < 3) throw errors.weakPassword(param)
}

/** What the runtime says of a graph that it cannot load, in words that say what to do where they are known. */
export function loadReason(message: string): string {
  const [, locale] = /construct locale with name:([\w.@-]+)/.exec(message) ?? []
  if (locale === undefined) return message
  const [language, encoding = 'UTF-8'] = locale.split('.')
  return `its StringNormalizer needs the locale ${locale}, which this machine does not have. On Debian: apt-get install locales && localedef -i ${language} -f ${encoding} ${locale}`
}

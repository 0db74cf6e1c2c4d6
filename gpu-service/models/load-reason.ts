/** What the runtime says of a graph that it cannot load, in words that say what to do where they are known. */
export function loadReason(message: string): string {
  const [, locale] = /construct locale with name:([\w.@-]+)/.exec(message) ?? []
  // Where the file lies on the server is nobody's business; its name in the repo is told beside this.
  if (locale === undefined) return message.replace(/Load model from .*? failed:\s*/s, '').trim()
  const [language, encoding = 'UTF-8'] = locale.split('.')
  return `its StringNormalizer needs the locale ${locale}, which this machine does not have. On Debian: apt-get install locales && localedef -i ${language} -f ${encoding} ${locale}`
}

// The words of the interface, which the page brings from the catalogues.
type Forms = string | Record<string, string>

let words: Record<string, Forms> = {}
let plural = new Intl.PluralRules("en")
let figures = new Intl.NumberFormat("en")
let clock = new Intl.DateTimeFormat("en", { timeStyle: "medium" })

export function setWords(all: Record<string, Forms>, lang: string) {
  words = all
  plural = new Intl.PluralRules(lang)
  figures = new Intl.NumberFormat(lang)
  clock = new Intl.DateTimeFormat(lang, { timeStyle: "medium" })
}

export const number = (n: number): string => figures.format(n)
export const time = (at: Date): string => clock.format(at)
export const has = (key: string): boolean => key in words

/** t writes a sentence; {places} are filled from values, numbers in the
 * language's own figures. With n it has the form for that number. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const forms = words[key]
  if (forms === undefined) return `⟨${key}⟩`
  const text = typeof forms === "string" ? forms : forms[plural.select(Number(values.n))] || forms.other
  return text.replace(/\{([a-z]+)\}/g, (_, name) => {
    const v = values[name]
    return typeof v === "number" ? number(v) : (v ?? "")
  })
}

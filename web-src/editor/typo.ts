// Marks of quotation, dashes and ellipses as each language writes them. Every
// replacement is undone by the backspace key, and none happens in code.
import { InputRule } from "prosemirror-inputrules"
import type { EditorState } from "prosemirror-state"

const nbsp = "\u00a0"

/** Quotation marks: outer opening and closing, inner opening and closing, after
 * CLDR's characters/delimiters but for ar and es, where the press differs. */
const quotes: Record<string, [string, string, string, string]> = {
  en: ["“", "”", "‘", "’"], de: ["„", "“", "‚", "‘"], fr: ["«" + nbsp, nbsp + "»", "“", "”"], es: ["«", "»", "“", "”"],
  it: ["«", "»", "“", "”"], pt: ["“", "”", "‘", "’"], nl: ["“", "”", "‘", "’"], pl: ["„", "”", "«", "»"], cs: ["„", "“", "‚", "‘"],
  sv: ["”", "”", "’", "’"], fi: ["”", "”", "’", "’"], da: ["”", "”", "’", "’"], nb: ["«", "»", "‘", "’"], hu: ["„", "”", "»", "«"],
  ru: ["«", "»", "„", "“"], uk: ["«", "»", "„", "“"], el: ["«", "»", "“", "”"], tr: ["“", "”", "‘", "’"], he: ["”", "”", "’", "’"],
  fa: ["«", "»", "‹", "›"], ar: ["«", "»", "“", "”"], ur: ["“", "”", "‘", "’"],
}

/** Where two hyphens are a short dash between blanks rather than a long one. */
const shortDash = new Set(["de", "fr", "nl", "sv", "da", "nb", "fi", "cs", "pl", "it", "pt", "tr"])

const base = (lang: string): string => lang.split("-")[0].toLowerCase()

/** langAt is the language of the text at a place: of its span, its block or a
 * block round it, else of the article. */
export function langAt(state: EditorState, pos: number, article: string): string {
  const at = state.doc.resolve(pos)
  const span = at.marks().find(m => m.type.name === "tongue" && m.attrs.lang)
  if (span) return span.attrs.lang
  for (let d = at.depth; d > 0; d--) if (at.node(d).attrs.lang) return at.node(d).attrs.lang
  return article
}

function before(state: EditorState, pos: number): string {
  const at = state.doc.resolve(pos)
  return at.parent.textBetween(0, at.parentOffset, undefined, " ")
}

const opens = (prev: string): boolean => prev === "" || /[\s(\[{<\u2013\u2014\u2026/«„“‚‘‹¿¡]/.test(prev)

function rule(at: RegExp, make: (prev: string, lang: string, text: string) => string, article: () => string): InputRule {
  return new InputRule(at, (state, _, start, end) => {
    const text = before(state, start)
    return state.tr.insertText(make(text.slice(-1), base(langAt(state, start, article())), text), start, end)
  })
}

/** typography returns the rules for an article in a language. */
export function typography(article: () => string): InputRule[] {
  const of = (lang: string) => quotes[lang] || quotes.en
  return [
    rule(/"$/, (prev, lang) => of(lang)[opens(prev) ? 0 : 1], article),
    // after a letter or a digit it is an apostrophe, unless an inner quotation is open
    rule(/'$/, (prev, lang, text) => {
      const [, , open, close] = of(lang)
      if (opens(prev)) return open
      return !/[\p{L}\p{N}]/u.test(prev) || text.lastIndexOf(open) > text.lastIndexOf(close) ? close : "’"
    }, article),
    // a decade: ’90s
    new InputRule(/‘(\d)$/, (state, m, start, end) => state.tr.insertText("’" + m[1], start, end)),
    rule(/--$/, (_, lang) => (shortDash.has(lang) ? "–" : "—"), article),
    rule(/\.\.\.$/, () => "…", article),
  ]
}

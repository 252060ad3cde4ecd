// Words and reading time, by the same rule as the server's count: Unicode's
// edges of words (UAX 29), those with a letter or digit.
import type { Node } from "prosemirror-model"

const perMinute = 220 // words that an adult reads; Brysbaert 2019 has 238 for English non-fiction

const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "word" }) : null

function count(text: string): number {
  if (!segmenter) return text.split(/\s+/).filter(w => /[\p{L}\p{N}]/u.test(w)).length
  let n = 0
  for (const part of segmenter.segment(text)) if (part.isWordLike) n++
  return n
}

const known = new WeakMap<Node, number>() // a block that did not change is not counted again

export function words(doc: Node): number {
  let n = 0
  doc.descendants(node => {
    if (node.type.name === "footnote") return false
    if (!node.isTextblock) return true
    let here = known.get(node)
    if (here === undefined) known.set(node, (here = count(node.textBetween(0, node.content.size, " ", leaf => (leaf.type.name === "note" ? "" : " ")))))
    n += here
    return false
  })
  return n
}

export const minutes = (n: number): number => Math.max(1, Math.round(n / perMinute))

// Takes over what the server made of two people's changes, block by block, and
// keeps what was typed here since the text was sent.
import type { Json } from "./convert"

/** same compares values of JSON; the order of an object's fields means nothing. */
export function same(a: any, b: any): boolean {
  if (a === b) return true
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object" || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every(k => k in b && same(a[k], b[k]))
}

/** Fields of the body that are lists of objects with ids. */
const lists = ["blocks", "footnotes"]

/** over returns the text that this tab shows next: theirs, but for what differs
 * between here and sent. */
export function over(sent: Json, theirs: Json, here: Json): Json {
  const out: Json = {}
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(here)])) {
    if (key === "body") continue
    const v = same(sent[key], here[key]) ? theirs[key] : here[key]
    if (v !== undefined) out[key] = v
  }
  out.body = body(sent.body || {}, theirs.body || {}, here.body || {})
  return out
}

function body(sent: Json, theirs: Json, here: Json): Json {
  const out: Json = { ...theirs }
  for (const list of lists) {
    const merged = blocks(sent[list] || [], theirs[list] || [], here[list] || [])
    if (merged.length) out[list] = merged
    else delete out[list]
  }
  return out
}

const byID = (list: Json[]): Map<string, Json> => new Map(list.map(b => [b.id, b]))

/** blocks merges lists: theirs decides the order, unless only we changed it. */
export function blocks(sent: Json[], theirs: Json[], here: Json[]): Json[] {
  const was = byID(sent)
  const mine = byID(here)
  const their = byID(theirs)
  const moved = !same(order(sent, mine), order(here, was)) && same(order(sent, their), order(theirs, was))
  const [lead, other] = moved ? [here, theirs] : [theirs, here]
  const choose = (b: Json): Json | null => {
    const m = mine.get(b.id)
    const s = was.get(b.id)
    const t = their.get(b.id)
    if (m && t) return s && same(m, s) ? t : m // unchanged here: theirs; else what was typed
    if (m) return s && same(m, s) ? null : m // they removed it: it stays only if it was changed here
    return s && same(t, s) ? null : t! // we removed it: it stays only if they changed it
  }
  const out = lead.map(choose)
  const ids = new Set(lead.map(b => b.id))
  const placed: { id: string; b: Json | null }[] = lead.map((b, i) => ({ id: b.id, b: out[i] }))
  other.forEach((b, i) => {
    if (ids.has(b.id)) return
    const before = i ? placed.findIndex(p => p.id === other[i - 1].id) : -1
    placed.splice(before + 1, 0, { id: b.id, b: choose(b) })
  })
  return placed.map(p => p.b).filter((b): b is Json => b !== null)
}

/** order is the sequence of those ids that are in both. */
const order = (list: Json[], other: Map<string, Json>): string[] => list.map(b => b.id).filter(id => other.has(id))

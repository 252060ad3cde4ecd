// Where two people changed the same words: what they were, what each made of
// them, and the choice.
import { DOMSerializer } from "prosemirror-model"
import { blockToNode, spansToNodes, type Json } from "./convert"
import { button, h, newID, unique } from "./dom"
import { has, t } from "./words"
import { schema } from "./schema"
import { setOrDrop, split } from "./save"

type Choice = "mine" | "theirs" | "both"

/** clash shows the open conflicts. decided is told the whole text that a choice
 * makes. */
export function showConflicts(place: HTMLElement, list: Json[], content: () => Json, decided: (c: Json, content: Json) => void) {
  place.replaceChildren()
  if (!list.length) return
  const id = unique()
  const box = h("section", { class: "clash", "aria-labelledby": id, tabindex: -1 }, h("h2", { id }, t("conflict.title", { n: list.length })), h("p", {}, t("conflict.say")))
  for (const c of list) box.append(card(c, choice => decided(c, apply(c, choice, content()))))
  place.append(box)
  box.focus()
  box.scrollIntoView({ block: "start" })
}

function card(c: Json, choose: (choice: Choice) => void): HTMLElement {
  const [what, name] = split(c.part)
  const title = what === "field" ? t(has("content." + name) ? "content." + name : "conflict.field", { name }) : t("kind." + (c.mine?.kind || c.theirs?.kind || "footnote"))
  const column = (key: "base" | "mine" | "theirs") => h("div", { class: "clash-" + key }, h("h4", {}, t("conflict." + key)), draw(c[key], what))
  return h("article", { class: "fd s-warn", "data-part": c.part }, h("h3", {}, title),
    h("div", { class: "clash-three" }, column("base"), column("mine"), column("theirs")),
    h("div", { class: "acts" }, button(t("conflict.use.mine"), () => choose("mine")), button(t("conflict.use.theirs"), () => choose("theirs")),
      what === "block" && c.mine && c.theirs && button(t("conflict.use.both"), () => choose("both"))))
}

function draw(v: any, what: string): HTMLElement {
  if (v === null || v === undefined) return h("p", { class: "hint" }, t("conflict.none"))
  if (what === "field") return h("p", { dir: "auto" }, typeof v === "string" ? v : JSON.stringify(v))
  const out = h("div", { class: "prose", dir: "auto" })
  const serializer = DOMSerializer.fromSchema(schema)
  out.append(what === "block" ? serializer.serializeNode(blockToNode(v)) : serializer.serializeFragment(schema.nodes.paragraph.create(null, spansToNodes(v.text)).content))
  for (const el of out.querySelectorAll("a")) el.removeAttribute("href") // to look at, not to leave by
  return out
}

/** apply makes the text that follows from a choice. */
export function apply(c: Json, choice: Choice, content: Json): Json {
  const [what, name] = split(c.part)
  const out = structuredClone(content)
  if (what === "field") {
    if (choice === "mine") setOrDrop(out, name, c.mine)
    return out
  }
  const key = what === "block" ? "blocks" : "footnotes"
  const list: Json[] = (out.body[key] ||= [])
  const at = list.findIndex(b => b.id === name)
  if (choice === "both") list.splice(at + 1, 0, copy(c.mine))
  if (choice === "mine") {
    if (at >= 0) list.splice(at, 1, ...(c.mine ? [c.mine] : []))
    else if (c.mine) list.push(c.mine)
  }
  return out
}

/** copy is a block with new ids, all the way down. */
function copy(v: any): any {
  if (Array.isArray(v)) return v.map(copy)
  if (v === null || typeof v !== "object") return v
  const out = Object.fromEntries(Object.entries(v).map(([k, x]) => [k, copy(x)]))
  if (out.kind && out.id) out.id = newID()
  return out
}

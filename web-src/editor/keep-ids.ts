// Every block and footnote has an id that is its own: a split gives the second
// half a new one, a paste what it brings twice. References to footnotes that
// are gone go with them, because the server would refuse the text.
import { Fragment, Slice, type Node } from "prosemirror-model"
import { Plugin, type Transaction } from "prosemirror-state"
import type { EditorView } from "prosemirror-view"
import { newID } from "./dom"

const named = (n: Node): boolean => n.type.isInGroup("block") || n.type.name === "footnote"

/** settle returns a change that puts ids and references in order, or null. */
function settle(doc: Node, tr: Transaction): Transaction | null {
  const seen = new Set<string>()
  const notes = new Set(doc.children.filter(n => n.type.name === "footnote").map(n => n.attrs.id))
  const orphans: number[] = []
  doc.descendants((n, pos) => {
    if (n.type.name === "note" && !notes.has(n.attrs.note)) orphans.push(pos)
    if (!named(n)) return
    if (!n.attrs.id || seen.has(n.attrs.id)) tr.setNodeAttribute(pos, "id", fresh(seen))
    else seen.add(n.attrs.id)
  })
  for (const pos of orphans.reverse()) tr.delete(pos, pos + 1)
  return tr.docChanged ? tr : null
}

function fresh(seen: Set<string>): string {
  const id = newID()
  seen.add(id)
  return id
}

/** strange takes away the ids of pasted blocks that stand in the text already,
 * so that the copy gets the new id and the first keeps its own. */
function strange(slice: Slice, view: EditorView): Slice {
  if (view.dragging) return slice // moved, not copied
  const here = new Set<string>()
  view.state.doc.descendants(n => void (named(n) && here.add(n.attrs.id)))
  const clean = (f: Fragment): Fragment => {
    const out: Node[] = []
    f.forEach(n => {
      const copy = n.copy(clean(n.content))
      out.push(named(n) && here.has(n.attrs.id) ? n.type.create({ ...n.attrs, id: "" }, copy.content, n.marks) : copy)
    })
    return Fragment.from(out)
  }
  return new Slice(clean(slice.content), slice.openStart, slice.openEnd)
}

export const keepIDs = new Plugin({
  appendTransaction: (trs, _, state) => (trs.some(tr => tr.docChanged) ? settle(state.doc, state.tr) : null),
  props: { transformPasted: strange },
})

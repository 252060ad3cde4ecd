// Shows another text in the editor without moving the cursor: only the blocks
// that differ are replaced.
import type { Node } from "prosemirror-model"
import { Selection, TextSelection, type Transaction } from "prosemirror-state"
import type { EditorView } from "prosemirror-view"
import { toNode, type Json } from "./convert"
import { filled } from "./body"

/** take puts a body in the place of the one that is shown. Undo does not bring
 * back what others changed. */
export function take(view: EditorView, body: Json, undoable = false) {
  const next = filled(toNode(body))
  const tr = view.state.tr.setMeta("quiet", true)
  if (!undoable) tr.setMeta("addToHistory", false)
  const { $head, $anchor } = view.state.selection
  const id = $head.depth ? $head.node(1).attrs.id : ""
  const offset = $head.depth ? [$anchor.pos - $head.before(1), $head.pos - $head.before(1)] : []
  replace(tr, view.state.doc, next)
  if (!tr.docChanged) return
  restore(tr, id, offset)
  view.dispatch(tr)
}

const ids = (doc: Node): string[] => doc.children.map(c => c.attrs.id)

/** replace goes through the blocks from the end, so that positions before stay
 * true. Where blocks changed places all between the first and the last
 * difference is replaced at once. */
function replace(tr: Transaction, old: Node, next: Node) {
  const before = new Set(ids(old))
  const after = new Set(ids(next))
  const kept = ids(old).filter(id => after.has(id))
  const wanted = ids(next).filter(id => before.has(id))
  if (kept.join() !== wanted.join()) return whole(tr, old, next)
  let pos = old.content.size
  let j = next.childCount - 1
  for (let i = old.childCount - 1; i >= 0; i--) {
    const was = old.child(i)
    const added: Node[] = []
    while (j >= 0 && !before.has(next.child(j).attrs.id)) added.unshift(next.child(j--))
    if (added.length) tr.insert(pos, added)
    pos -= was.nodeSize
    if (!after.has(was.attrs.id)) tr.delete(pos, pos + was.nodeSize)
    else if (!was.eq(next.child(j--))) tr.replaceWith(pos, pos + was.nodeSize, next.child(j + 1))
  }
  if (j >= 0) tr.insert(0, next.children.slice(0, j + 1))
}

function whole(tr: Transaction, old: Node, next: Node) {
  const start = old.content.findDiffStart(next.content)
  if (start === null) return
  let a = 0
  while (a < Math.min(old.childCount, next.childCount) && old.child(a).eq(next.child(a))) a++
  let b = 0
  while (b < Math.min(old.childCount, next.childCount) - a && old.child(old.childCount - 1 - b).eq(next.child(next.childCount - 1 - b))) b++
  const size = (list: readonly Node[]) => list.reduce((sum, n) => sum + n.nodeSize, 0)
  const from = size(old.children.slice(0, a))
  tr.replaceWith(from, old.content.size - size(old.children.slice(old.childCount - b)), next.children.slice(a, next.childCount - b))
}

/** restore puts the cursor where it was in its block. */
function restore(tr: Transaction, id: string, [anchor, head]: number[]) {
  if (!id) return
  tr.doc.forEach((block, pos) => {
    if (block.attrs.id !== id) return
    const inside = (o: number) => tr.doc.resolve(pos + Math.max(0, Math.min(o, block.nodeSize - 1)))
    const [$a, $h] = [inside(anchor), inside(head)]
    tr.setSelection($a.parent.inlineContent && $h.parent.inlineContent ? TextSelection.create(tr.doc, $a.pos, $h.pos) : Selection.near($h))
  })
}

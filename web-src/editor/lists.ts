// Commands on lists. A list is one block; its items hold a line of text and
// blocks below it.
import { Fragment, type Node, type ResolvedPos } from "prosemirror-model"
import { TextSelection, type Command, type EditorState, type Transaction } from "prosemirror-state"
import { liftListItem, splitListItem } from "prosemirror-schema-list"
import { schema } from "./schema"

const n = schema.nodes
const item = n.list_items

/** replaceKeeping puts nodes in the place of a range and leaves the cursor in
 * the same text, which must be among them as it was. */
export function replaceKeeping(state: EditorState, from: number, to: number, nodes: readonly Node[]): Transaction {
  const { $from, $to } = state.selection
  const tr = state.tr.replaceWith(from, to, nodes)
  const end = from + Fragment.from(nodes).size
  let a = -1
  let b = -1
  tr.doc.nodesBetween(from, Math.min(end, tr.doc.content.size), (node, pos) => {
    if (node === $from.parent) a = pos + 1 + $from.parentOffset
    if (node === $to.parent) b = pos + 1 + $to.parentOffset
  })
  if (a >= 0) tr.setSelection(TextSelection.create(tr.doc, a, b >= 0 ? b : a))
  return tr.scrollIntoView()
}

/** depthOf finds the nearest node of a type round a place; 0 is none. */
function depthOf($pos: ResolvedPos, type: string): number {
  for (let d = $pos.depth; d > 0; d--) if ($pos.node(d).type.name === type) return d
  return 0
}

export const inList = (state: EditorState): boolean => depthOf(state.selection.$from, "list_items") > 0
export const listStyle = (state: EditorState): string => {
  const d = depthOf(state.selection.$from, "list")
  return d ? state.selection.$from.node(d).attrs.style : ""
}

/** enterItem begins the next item; in an empty one it leaves the list. */
export const enterItem: Command = (state, dispatch) => {
  const { $from, empty } = state.selection
  if ($from.parent.type.name === "list_items_term") {
    if (dispatch) dispatch(state.tr.setSelection(TextSelection.create(state.doc, $from.after() + 1)))
    return true
  }
  if ($from.parent.type.name !== "list_items_text") return false
  if (empty && $from.parent.content.size === 0 && $from.node(-1).childCount === 1) return outdent(state, dispatch)
  return splitListItem(item)(state, dispatch)
}

/** indent makes the item part of the one before. */
export const indent: Command = (state, dispatch) => {
  const { $from } = state.selection
  const d = depthOf($from, "list_items")
  const index = d ? $from.index(d - 1) : 0
  if (!d || index === 0) return d > 0
  const list = $from.node(d - 1)
  const prev = list.child(index - 1)
  const tail = prev.lastChild!
  const inner = tail.type === n.list
    ? tail.copy(tail.content.append(Fragment.from($from.node(d))))
    : n.list.create({ style: list.attrs.style === "terms" ? "bullets" : list.attrs.style }, bare($from.node(d)))
  const kept = tail.type === n.list ? prev.content.cut(0, prev.content.size - tail.nodeSize) : prev.content
  const start = $from.before(d) - prev.nodeSize
  if (dispatch) dispatch(replaceKeeping(state, start, $from.after(d), [prev.copy(kept.append(Fragment.from(inner)))]))
  return true
}

/** bare is an item without its term, which only a list of terms may have. */
function bare(it: Node): Node {
  return it.firstChild!.type === n.list_items_term ? it.copy(it.content.cut(it.firstChild!.nodeSize)) : it
}

/** outdent moves the item out of the list that is round it; at the outermost it
 * becomes a paragraph. */
export const outdent: Command = (state, dispatch) => {
  const { $from } = state.selection
  const d = depthOf($from, "list_items")
  if (!d) return false
  if (d > 2 && $from.node(d - 2).type === item) return liftListItem(item)(state, dispatch)
  if (dispatch) dispatch(unlist(state, $from, d))
  return true
}

function unlist(state: EditorState, $from: ResolvedPos, d: number): Transaction {
  const list = $from.node(d - 1)
  const index = $from.index(d - 1)
  const out: Node[] = []
  if (index > 0) out.push(list.copy(Fragment.from(list.children.slice(0, index))))
  let here: Node | undefined
  $from.node(d).forEach(c => {
    const made = c.type.isInGroup("block") ? c : n.paragraph.create(null, c.content)
    if (c === $from.parent) here = made
    if (c.type !== n.list_items_term || c.content.size) out.push(made)
  })
  if (index + 1 < list.childCount) out.push(n.list.create({ ...list.attrs, id: index > 0 ? "" : list.attrs.id }, list.children.slice(index + 1)))
  const tr = replaceKeeping(state, $from.before(d - 1), $from.after(d - 1), out)
  tr.doc.descendants((node, pos) => {
    if (node === here) tr.setSelection(TextSelection.create(tr.doc, pos + 1 + $from.parentOffset))
  })
  return tr
}

/** toggleList makes a list of the chosen paragraphs, changes the style of the
 * list round them, or takes that away. */
export function toggleList(style: string): Command {
  return (state, dispatch) => {
    const { $from, $to } = state.selection
    const d = depthOf($from, "list")
    if (d) return $from.node(d).attrs.style === style ? outdent(state, dispatch) : restyle(state, dispatch, $from.before(d), style)
    const range = $from.blockRange($to)
    if (!range) return false
    const chosen = range.parent.children.slice(range.startIndex, range.endIndex)
    if (!chosen.every(c => c.type === n.paragraph || c.type === n.heading)) return false
    const items = chosen.map((c, i) => item.create(null, [...(style === "terms" && i === 0 ? [n.list_items_term.create()] : []), n.list_items_text.create(null, c.content)]))
    if (dispatch) {
      const tr = state.tr.replaceWith(range.start, range.end, n.list.create({ style, id: chosen[0].attrs.id }, items))
      tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min($from.pos + 2 + (style === "terms" ? 2 : 0), range.start + 2 + items[0].nodeSize))))
      dispatch(tr.scrollIntoView())
    }
    return true
  }
}

function restyle(state: EditorState, dispatch: ((tr: Transaction) => void) | undefined, pos: number, style: string): boolean {
  const list = state.doc.nodeAt(pos)!
  if (list.attrs.style === "terms" && list.children.some(i => i.firstChild!.type === n.list_items_term && i.firstChild!.content.size)) return false
  if (dispatch) {
    const items = list.children.map((it, i) =>
      style === "terms" && i === 0 ? it.copy(Fragment.from(n.list_items_term.create()).append(it.content)) : bare(it))
    dispatch(replaceKeeping(state, pos, pos + list.nodeSize, [n.list.create({ ...list.attrs, style, start: 0 }, items)]))
  }
  return true
}

/** backspaceItem at the beginning of an item moves it out. */
export const backspaceItem: Command = (state, dispatch) => {
  const { $from, empty } = state.selection
  if (!empty || $from.parentOffset > 0 || $from.parent.type.name !== "list_items_text") return false
  const at = $from.index(-1)
  if (at > 0) { // after a term: the empty term goes, a full one gets the cursor
    if (dispatch) dispatch(state.tr.setSelection(TextSelection.create(state.doc, $from.before() - 1)))
    return true
  }
  return outdent(state, dispatch)
}
